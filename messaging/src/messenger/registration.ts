import { keyAttribute, revocationOf, settingOf } from '@parley/client'
import { sameBytes } from '@parley/protocol/light'
import { bytesToHex } from 'viem'
import { fallbackName, installationName } from '../chain/contact-directory.ts'
import type { Context } from './context.ts'

/** Seconds for which the directory is to have a device. */
const year = 31_536_000n

/** A device to take out of the directory, with its other key where that is known. */
export interface Revoked {
  readonly installation: Uint8Array
  readonly fallback: Uint8Array | undefined
}

/** This device in the directory of contacts. */
export class Registration {
  private readonly context: Context
  private isKnown = false

  constructor(context: Context) {
    this.context = context
  }

  /** Whether the directory has this device, when it was last looked at. */
  get isRegistered(): boolean {
    return this.isKnown
  }

  async open(): Promise<void> {
    const { directory, installation, signal } = this.context
    const { installations } = await directory.read(installation.identity, signal)
    this.isKnown = installations.some((key) => sameBytes(key, installation.signing.key))
  }

  /** Puts this device's keys into the directory. */
  async register(): Promise<void> {
    const { directory, installation, payer, signal } = this.context
    const attributes = this.attributes()
    const { registered } = await directory.read(installation.identity, signal)
    if (registered) await payer.change(attributes.map(settingOf), signal)
    else await payer.register(attributes, signal)
    await directory.read(installation.identity, signal)
    this.isKnown = true
  }

  /** Takes devices out of the directory. */
  async revoke(devices: readonly Revoked[]): Promise<void> {
    const { directory, installation, payer, signal } = this.context
    const changes = devices.flatMap(({ installation: each, fallback }) => [
      revocationOf({ name: installationName, value: bytesToHex(each) }),
      ...(fallback === undefined ? [] : [revocationOf({ name: fallbackName, value: bytesToHex(fallback) })]),
    ])
    await payer.change(changes, signal)
    await directory.read(installation.identity, signal)
  }

  private attributes() {
    const { signing, fallback } = this.context.installation
    return [
      keyAttribute({ algorithm: 'Ed25519', use: 'installation', value: bytesToHex(signing.key) }, year),
      keyAttribute({ algorithm: 'X25519', use: 'fallback', value: bytesToHex(fallback.key) }, year),
    ]
  }
}
