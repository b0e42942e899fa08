import {
  type Attribute,
  type AttributeChange,
  changeAttributes,
  forceMessage,
  type GatewayRequest,
  type Gateways,
  invite,
  type L2Client,
  quoteInvite,
  register,
  settingOf,
  signContactChange,
  signInvite,
} from '@parley/client'
import type { SignedMessage } from '@parley/protocol/light'
import { type Address, bytesToHex, type Hash, type Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { getBlock } from 'viem/actions'
import type { Random } from '../keys/installation.ts'

/** Who pays on the L2 for what an identity decides. */
export interface Payer {
  /** Registers the identity with these attributes. */
  register(attributes: readonly Attribute[], signal: AbortSignal): Promise<void>
  /** Changes attributes of the identity. */
  change(changes: readonly AttributeChange[], signal: AbortSignal): Promise<void>
  /** Has an inbox take the digest of an envelope. @throws {ClientError} `INVITE_DELIVERED` when it has it. */
  invite(call: InviteCall, signal: AbortSignal): Promise<void>
  /** Puts a message into the L2's queue, past the sequencer. */
  force(message: SignedMessage, signal: AbortSignal): Promise<void>
}

interface InviteCall {
  readonly recipient: Address
  readonly contentDigest: Hex
}

export interface PayerDeps {
  readonly client: L2Client
  readonly contracts: Readonly<Record<'directory' | 'inbox', Address>>
  readonly identity: Address
  /** The Inbox contract of the rollup. */
  readonly queue: Address
}

/** A tenth above what was quoted: fees move while a transaction waits. */
const margin = (fee: bigint): bigint => fee + fee / 10n
/** Seconds of the L2 for which a signature counts: longer than any gateway promises. */
const signedFor = 3_600n

/** The identity's own wallet. @param write - Sends one transaction after the other, and waits for each. */
export function walletPayer(
  { client, contracts, identity, queue }: PayerDeps,
  write: (send: () => Promise<Hash>) => Promise<void>,
): Payer {
  const { directory, inbox } = contracts
  return {
    register: (attributes) => write(() => register(client, { directory, attributes })),
    change: (changes) => write(() => changeAttributes(client, { directory, identity, changes })),
    async invite(call) {
      const { fee } = await quoteInvite(client, { inbox, ...call, sender: identity })
      await write(() => invite(client, { inbox, ...call, maxFee: margin(fee) }))
    },
    force: (message) => write(() => forceMessage(client, { inboxAddress: queue, message })),
  }
}

/**
 * Gateways: the wallet signs and needs no money. Who invites is a key made for the invite, so that the L2 does not learn it; the
 * envelope says it to the recipient.
 * @throws {ClientError} of every call: `GATEWAYS_FAILED` with what each said.
 */
export function gatewayPayer(
  { client, contracts, identity }: PayerDeps,
  gateways: Gateways,
  { random, report }: { readonly random: Random; readonly report: (error: unknown) => void },
): Payer {
  const { directory, inbox } = contracts
  const carryOut = async (request: GatewayRequest, signal: AbortSignal): Promise<void> => {
    const { failed } = await gateways.carryOut(request, signal)
    // What another gateway did meanwhile is done; with broken promises goes their evidence.
    for (const each of failed) report(each)
  }
  const deadline = async (): Promise<bigint> => (await getBlock(client)).timestamp + signedFor
  const carryOutChange = async (change: Parameters<typeof signContactChange>[1]['change'], signal: AbortSignal) => {
    const authorization = await signContactChange(client, { directory, change, deadline: await deadline() })
    await carryOut({ kind: 'contact', change, authorization }, signal)
  }
  return {
    register: (attributes, signal) => carryOutChange({ kind: 'register', changes: attributes.map(settingOf) }, signal),
    change: (changes, signal) => carryOutChange({ kind: 'attributes', identity, changes }, signal),
    async invite(call, signal) {
      const account = privateKeyToAccount(bytesToHex(random(32)))
      const { fee } = await quoteInvite(client, { inbox, ...call, sender: account.address })
      const authorization = await signInvite(client, { inbox, ...call, deadline: await deadline(), account })
      await carryOut({ kind: 'invite', ...call, maxFee: margin(fee), authorization }, signal)
    },
    async force(message, signal) {
      await carryOut({ kind: 'forced', item: { kind: 'message', message } }, signal)
    },
  }
}
