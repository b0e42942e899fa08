import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Closing } from '@parley/cli/roles'
import { httpContents, severalContents } from '@parley/content'
import { createMessenger, type GatewayAt, levelStore, type Messenger } from '@parley/messaging'
import { systemClock } from '@parley/runtime'
import { makeDirectory } from '@parley/runtime/files'
import { ClassicLevel } from 'classic-level'
import { type Address, bytesToHex, createWalletClient, type Hex, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { MessagingConfiguration } from '../stack/messaging-file.ts'
import { Heard } from './heard.ts'

/** A device with its wallet, which has no money, and what it was told. */
export interface Device {
  readonly name: string
  readonly secret: Hex
  readonly address: Address
  readonly messenger: Messenger
  readonly heard: Heard
  /** What stopped a part of it for a while. */
  readonly troubles: { readonly part: string; readonly error: unknown }[]
  close(): Promise<void>
}

export interface DeviceOptions {
  /** A new wallet when left out. */
  readonly secret?: Hex
  /** Those of the configuration when left out. */
  readonly gateways?: readonly GatewayAt[]
  readonly forceAfterMs?: number
}

const pollMs = 200

/** Opens devices over one configuration, each with a store of its own in a directory. */
export class People {
  private readonly configuration: MessagingConfiguration
  private readonly directory: string
  private readonly signal: AbortSignal
  private readonly closing = new Closing()

  constructor(configuration: MessagingConfiguration, directory: string, signal: AbortSignal) {
    this.configuration = configuration
    this.directory = directory
    this.signal = signal
  }

  open(name: string, options: DeviceOptions = {}): Promise<Device> {
    return Closing.guard(async (closing) => {
      const { l2Url, contracts, sequencer, relay, node, gateways, contents } = this.configuration
      const { secret = bytesToHex(randomBytes(32)), forceAfterMs } = options
      await makeDirectory(this.directory)
      const db = new ClassicLevel<string, Uint8Array>(join(this.directory, name), { valueEncoding: 'view' })
      closing.add(() => db.close())
      const account = privateKeyToAccount(secret)
      const troubles: Device['troubles'] = []
      const messenger = await createMessenger({
        wallet: createWalletClient({ account, transport: http(l2Url), pollingInterval: pollMs, cacheTime: 0 }),
        contracts,
        store: levelStore(db),
        sequencer,
        ...(relay !== undefined && { relay }),
        ...(node !== undefined && { node }),
        contents: severalContents(
          contents.map((url) => httpContents({ url })),
          systemClock,
        ),
        gateways: options.gateways ?? gateways,
        ...(forceAfterMs !== undefined && { forceAfterMs }),
        onTrouble: (part, error) => troubles.push({ part, error }),
      })
      closing.add(() => messenger.close())
      const stop = new AbortController()
      closing.add(async () => stop.abort())
      const heard = new Heard(messenger, AbortSignal.any([this.signal, stop.signal]))
      const close = () => closing.close()
      this.closing.add(close)
      return { name, secret, address: account.address, messenger, heard, troubles, close }
    })
  }

  close(): Promise<void> {
    return this.closing.close()
  }
}
