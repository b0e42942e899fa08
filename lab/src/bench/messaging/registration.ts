import { confirm, keyAttribute, type L2Client, relayContactChange, settingOf, signContactChange } from '@parley/client'
import type { OwnInstallation } from '@parley/messaging'
import { type Address, bytesToHex } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { getTransactionCount } from 'viem/actions'

/** Somebody who is to be in the directory, and who signs for it. */
export interface Registrant {
  readonly account: PrivateKeyAccount
  readonly installation: OwnInstallation
}

export interface RegisterAllDeps {
  /** With the account that pays. */
  readonly client: L2Client & { readonly account: PrivateKeyAccount }
  readonly directory: Address
}

const yearSeconds = 31_536_000n
/** Transactions that are under way at once: as many fill a block or two. */
const atOnce = 64

/** Puts everybody's device into the directory, each by its own signature, at the client's cost. */
export async function registerAll(
  { client, directory }: RegisterAllDeps,
  registrants: readonly Registrant[],
  signal: AbortSignal,
): Promise<void> {
  let nonce = await getTransactionCount(client, { address: client.account.address, blockTag: 'pending' })
  const deadline = BigInt(Math.floor(Date.now() / 1_000)) + yearSeconds
  for (let from = 0; from < registrants.length; from += atOnce) {
    signal.throwIfAborted()
    const some = registrants.slice(from, from + atOnce)
    const signed = await Promise.all(
      some.map(async ({ account, installation }) => {
        const change = { kind: 'register', changes: attributesOf(installation).map(settingOf) } as const
        const authorization = await signContactChange(client, { directory, change, deadline, account, nonce: 0n })
        return { change, authorization }
      }),
    )
    const hashes = await Promise.all(
      signed.map((each) => relayContactChange(client, { directory, ...each, nonce: nonce++ })),
    )
    await Promise.all(hashes.map((hash) => confirm(client, { hash })))
  }
}

function attributesOf({ signing, fallback }: OwnInstallation) {
  return [
    keyAttribute({ algorithm: 'Ed25519', use: 'installation', value: bytesToHex(signing.key) }, yearSeconds),
    keyAttribute({ algorithm: 'X25519', use: 'fallback', value: bytesToHex(fallback.key) }, yearSeconds),
  ]
}
