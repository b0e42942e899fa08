import { contactDirectoryAbi, inboxAbi, publicInboxAbi } from '@parley/contracts'
import type { Withdraw } from '@parley/protocol/light'
import { type Clock, systemClock } from '@parley/runtime'
import { type Address, bytesToHex } from 'viem'
import { getBlock, getContractEvents } from 'viem/actions'
import { ClientError } from '../faults.ts'
import type { L2Client } from '../l2/client.ts'
import { noAnswer } from '../l2/failures.ts'
import { read } from '../l2/read.ts'
import type { GatewayForced, GatewayRequest } from './forms.ts'
import type { Pledge } from './gateway-client.ts'

/** The contracts in which a client looks whether a gateway did what it promised. */
export interface PledgeContracts {
  readonly directory: Address
  readonly inbox: Address
  /** The Inbox of the rollup, for forced items. */
  readonly queue?: Address
}

/** How the L2 shows that a request was carried out. */
export interface Expected {
  isDone(): Promise<boolean>
}

/**
 * What a request will have changed, as of now: to be asked for before it is sent.
 * @throws {ClientError} what every reading action throws.
 */
export async function expectDone(
  client: L2Client,
  { directory, inbox, queue }: PledgeContracts,
  request: GatewayRequest,
): Promise<Expected> {
  if (request.kind === 'invite') {
    const { recipient, contentDigest } = request
    const call = { address: inbox, abi: publicInboxAbi, functionName: 'sequenceOf' } as const
    return { isDone: async () => (await read(client, { ...call, args: [recipient, contentDigest] }))[0] }
  }
  if (request.kind === 'forced') return expectForced(client, queue, request)
  const call = { address: directory, abi: contactDirectoryAbi, functionName: 'nonce' } as const
  const nonceNow = () => read(client, { ...call, args: [request.authorization.signer] })
  const before = await nonceNow()
  // A signature counts once, and takes the signer's nonce with it.
  return { isDone: async () => (await nonceNow()) > before }
}

async function expectForced(client: L2Client, queue: Address | undefined, { item }: GatewayForced): Promise<Expected> {
  if (queue === undefined)
    throw new ClientError({ code: 'ARGUMENT_INVALID', field: 'contracts', reason: 'names no queue for forced items' })
  const { number } = await getBlock(client).catch((error) => {
    throw noAnswer(error)
  })
  // From this block on, for a node may not take one that it does not have yet; what it had is counted, and not meant.
  const events = { address: queue, abi: inboxAbi, fromBlock: number } as const
  const count = async (): Promise<number> => {
    if (item.kind === 'message') {
      const { shard, conversation, member, content } = item.message
      const found = await getContractEvents(client, { ...events, eventName: 'MessageQueued' })
      return found.filter(
        ({ args: { shard: given, message } }) =>
          given === shard &&
          message?.conversation === conversation &&
          message.member === member &&
          message.content === bytesToHex(content),
      ).length
    }
    const { shard, account, nonce } = item.operation.operation.value as Withdraw
    const found = await getContractEvents(client, { ...events, eventName: 'WithdrawQueued' })
    return found.filter(
      ({ args: { operation } }) =>
        operation?.shard === shard && operation.account === account && operation.nonce === nonce,
    ).length
  }
  const asked = () =>
    count().catch((error) => {
      throw noAnswer(error)
    })
  const before = await asked()
  return { isDone: async () => (await asked()) > before }
}

export interface WatchPledgeParameters {
  readonly pledge: Pledge
  readonly expected: Expected
  /** Milliseconds between looks; the client's polling interval when left out. */
  readonly pollMs?: number
  readonly clock?: Clock
}

/**
 * Looks on the L2 until a gateway has kept its word.
 * @throws {ClientError} `PROMISE_BROKEN` with the promise as evidence, once the L2's time is past it; `L2_UNAVAILABLE`.
 */
export async function watchPledge(
  client: L2Client,
  { pledge, expected, pollMs = client.pollingInterval, clock = systemClock }: WatchPledgeParameters,
  signal: AbortSignal,
): Promise<void> {
  const { gateway, hash, promise } = pledge
  for (;;) {
    // The time first: what is looked at afterwards may only be later.
    const { timestamp } = await getBlock(client).catch((error) => {
      throw noAnswer(error)
    })
    if (await expected.isDone()) return
    if (timestamp > promise.includeBy)
      throw new ClientError({ code: 'PROMISE_BROKEN', gateway, hash, ...promise, time: timestamp })
    await clock.sleep(pollMs, signal)
  }
}
