import { type BlockWithLogs, createBlocks, LogPages, type Step, type Trail, Walk } from '@parley/l2'
import { type L2Confidence, type L2Position, SettlementError, sameBytes } from '@parley/protocol/light'
import { type Clock, systemClock } from '@parley/runtime'
import { type Address, bytesToHex, type Hex, hexToBytes, zeroHash } from 'viem'
import { getBlock } from 'viem/actions'
import { ClientError } from '../faults.ts'
import { assertAddress, assertWithin } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { noAnswer } from '../l2/failures.ts'
import { addWaypoint, decodeCursor, encodeCursor, type InviteCursor, type Waypoint, type Waypoints } from './cursor.ts'
import { decodeInvite, type Invite, inviteDelivered, nextHead } from './decode-invite.ts'
import { getInbox } from './inbox-state.ts'
import type { InboxParameters } from './parameters.ts'

export interface WatchInvitesParameters extends InboxParameters {
  readonly recipient: Address
  /** L2 block that the inbox was deployed in: no invite is older. At least 1. */
  readonly deploymentBlock: bigint
  /** Where to go on; from the deployment when left out. */
  readonly cursor?: InviteCursor
  /** How settled a block must be before its invites are told; `latest` when left out. Reorganisations are met either way. */
  readonly confidence?: L2Confidence
  /** Milliseconds between looks for new blocks; the client's polling interval when left out. */
  readonly pollMs?: number
  /** Ends watching. */
  readonly signal?: AbortSignal
  /** The machine's clock when left out. */
  readonly clock?: Clock
}

/** Invites in their order, and where to go on after them. */
export interface InvitePage {
  /** Invites told before with this number and above are void: the L2 was reorganised. Undefined when none are. */
  readonly voidFrom: bigint | undefined
  readonly invites: readonly Invite[]
  /** Keep it once the page is dealt with. */
  readonly cursor: InviteCursor
  /** Invites in the inbox up to here. */
  readonly count: bigint
  /** Commits to them in their order; 0 before the first. */
  readonly head: Hex
  /** The L2 block that this is as of. */
  readonly at: L2Position
  /** That this is the L2's head, and that the inbox counts exactly the invites told, in this order. */
  readonly caughtUp: boolean
}

export type WatchInvitesReturnType = AsyncGenerator<InvitePage, void, undefined>

const maxBlocksPerPage = 2000n
const nearBlocks = 32n

/**
 * Tells the invites of one inbox as they are delivered, each once, over reorganisations and restarts. Numbers without gaps and
 * the head recomputed over all of them must come out as the inbox itself has them: an invite that a node leaves out, adds or
 * swaps is found out. Ends when `signal` aborts; waits for a node that does not answer.
 * @throws {ClientError} `INVITES_OMITTED`, `INVITE_EVENT_INVALID` (ask another node), `CONTRACT_UNKNOWN`, `ARGUMENT_INVALID`,
 * `ARGUMENT_OUT_OF_RANGE`, `L2_UNAVAILABLE` when the start cannot be read.
 * @see docs/spec/invites.md#delivery
 */
export async function* watchInvites(client: L2Client, parameters: WatchInvitesParameters): WatchInvitesReturnType {
  const { inbox, recipient, deploymentBlock, cursor, confidence = 'latest' } = parameters
  assertAddress('recipient', recipient)
  assertWithin('deploymentBlock', deploymentBlock, 1n, 2n ** 64n - 1n)
  const origin = await originOf(client, deploymentBlock)
  const filter = { address: [inbox], event: inviteDelivered, args: { recipient } }
  const blocks = createBlocks(client, filter, { pages: new LogPages(maxBlocksPerPage), nearBlocks })
  const standing = new StandingInbox(parameters, cursor === undefined ? [origin] : decodeCursor(cursor))
  const { clock = systemClock, pollMs = client.pollingInterval, signal = new AbortController().signal } = parameters
  const read = (found: readonly BlockWithLogs[]) => standing.read(found)
  const deployment = hexToBytes(inbox)
  const walk = new Walk(
    { blocks, trail: standing, origin: origin.position, deployment, read, clock },
    { pollMs },
    standing.at.position,
    confidence,
  )
  try {
    for await (const step of walk.steps(signal)) yield await standing.pageOf(step, client)
  } catch (error) {
    throw translated(error, parameters)
  }
}

async function originOf(client: L2Client, deploymentBlock: bigint): Promise<Waypoint> {
  try {
    const { number, hash } = await getBlock(client, { blockNumber: deploymentBlock - 1n })
    return { position: { blockNumber: number, blockHash: hexToBytes(hash) }, count: 0n, head: zeroHash }
  } catch (error) {
    throw noAnswer(error)
  }
}

/** What the invites read so far add up to, block by block; the trail that leads back over a reorganisation. */
class StandingInbox implements Trail {
  readonly #parameters: WatchInvitesParameters
  #waypoints: Waypoints
  /** Of the stretch being walked. */
  #ahead: readonly Invite[] = []

  constructor(parameters: WatchInvitesParameters, waypoints: Waypoints) {
    this.#parameters = parameters
    this.#waypoints = waypoints
  }

  get at(): Waypoint {
    return this.#waypoints.at(-1) as Waypoint
  }

  /** @throws {SettlementError} `EVENT_INVALID`; {ClientError} `INVITES_OMITTED`. */
  read(found: readonly BlockWithLogs[]): readonly Invite[] {
    const { inbox, recipient } = this.#parameters
    let { count, head } = this.at
    const invites = found.flatMap(({ block, logs }) => logs.map((log) => decodeInvite(log, block, inbox, recipient)))
    for (const invite of invites) {
      const expected = nextHead(head, count, invite.contentDigest)
      if (invite.sequence !== count || invite.head !== expected)
        throw this.#omitted(invite.sequence + 1n, count + 1n, invite.head)
      count += 1n
      head = expected
    }
    this.#ahead = invites
    return invites
  }

  async note(position: L2Position): Promise<void> {
    const last = this.#ahead.findLast(({ at }) => at.blockNumber <= position.blockNumber)
    const { count, head } = last === undefined ? this.at : { count: last.sequence + 1n, head: last.head }
    this.#waypoints = addWaypoint(this.#waypoints, { position, count, head })
  }

  *behind(): Iterable<L2Position> {
    for (const { position } of this.#waypoints.toReversed()) yield position
  }

  async pageOf(step: Step<readonly Invite[]>, client: L2Client): Promise<InvitePage> {
    if (step.kind === 'back') return this.#goBack(step.cursor)
    const caughtUp = step.caughtUp && (await this.#isWhole(client))
    this.#ahead = []
    return { voidFrom: undefined, invites: step.told, ...this.#standing(), caughtUp }
  }

  #goBack(to: L2Position): InvitePage {
    const before = this.at.count
    const kept = this.#waypoints.findLastIndex(({ position }) => sameBytes(position.blockHash, to.blockHash))
    const origin = { position: to, count: 0n, head: zeroHash }
    this.#waypoints = kept < 0 ? [origin] : this.#waypoints.slice(0, kept + 1)
    const { count } = this.at
    return { voidFrom: count < before ? count : undefined, invites: [], ...this.#standing(), caughtUp: false }
  }

  /** Whether the inbox counts what was told; false while its state at this block is not to be had, or no longer. */
  async #isWhole(client: L2Client): Promise<boolean> {
    const { inbox, recipient } = this.#parameters
    const { position, count, head } = this.at
    const blockHash = bytesToHex(position.blockHash)
    try {
      const state = await getInbox(client, { inbox, recipient, blockHash })
      if (state.count === count && state.head === head) return true
      throw this.#omitted(state.count, count, state.head)
    } catch (error) {
      // The next step tries again, or leads back when the block is gone.
      if (error instanceof ClientError && error.fault.code === 'L2_UNAVAILABLE') return false
      throw error
    }
  }

  #omitted(expected: bigint, received: bigint, head: `0x${string}`): ClientError {
    const { recipient } = this.#parameters
    return new ClientError({ code: 'INVITES_OMITTED', recipient, expected, received, head })
  }

  #standing(): Pick<InvitePage, 'cursor' | 'count' | 'head' | 'at'> {
    const { count, head, position } = this.at
    return { cursor: encodeCursor(this.#waypoints), count, head, at: position }
  }
}

/** What goes wrong along the walk, as this package tells it. */
function translated(error: unknown, { inbox, recipient }: WatchInvitesParameters): unknown {
  if (!(error instanceof SettlementError)) return error
  const { fault } = error
  const cause = { cause: error }
  if (fault.code === 'EVENT_INVALID')
    return new ClientError({ code: 'INVITE_EVENT_INVALID', recipient, reason: fault.reason }, cause)
  if (fault.code === 'DEPLOYMENT_UNKNOWN')
    return new ClientError({ code: 'CONTRACT_UNKNOWN', contract: inbox, reason: fault.reason }, cause)
  return new ClientError({ code: 'L2_UNAVAILABLE', reason: error.message }, cause)
}
