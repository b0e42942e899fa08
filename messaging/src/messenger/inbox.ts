import { type Invite, type InviteCursor, watchInvites } from '@parley/client'
import { type Bytes32, sameBytes } from '@parley/protocol/light'
import { bytesToHex, hexToBytes } from 'viem'
import { frameDigest } from '../codec/frame.ts'
import { decodeValue, encodeValue } from '../conversation/stored-value.ts'
import { MessagingError } from '../faults.ts'
import { type OpenedInvite, openInvite } from '../invites/envelope.ts'
import { messagingLimits } from '../limits.ts'
import type { Change } from '../ports/store.ts'
import type { Context } from './context.ts'
import { keepRunning } from './keep-running.ts'
import { requestChange, type StoredRequest } from './request-store.ts'

type StateOf = (request: Omit<StoredRequest, 'state'>) => Promise<StoredRequest['state']>

/** An invite whose envelope no store had when it was looked for. */
interface Missing {
  readonly digest: Bytes32
  readonly muted: boolean
}

/** Where this device is in its identity's public inbox. */
interface Standing {
  readonly cursor: InviteCursor | undefined
  readonly count: number
  readonly missing: readonly Missing[]
}

const standingKey = 'inbox'
const pollMs = 1_000

/** Follows the identity's public inbox, and keeps what was sent to this device. */
export class Inbox {
  private readonly context: Context
  private standing: Standing = { cursor: undefined, count: 0, missing: [] }

  constructor(context: Context) {
    this.context = context
  }

  async open(): Promise<void> {
    const bytes = await this.context.store.get(standingKey)
    if (bytes !== undefined) this.standing = decodeValue(bytes) as Standing
  }

  /** Envelopes that no store gives out. */
  get missing(): readonly Bytes32[] {
    return this.standing.missing.map(({ digest }) => digest)
  }

  /** @param stateOf - What becomes of a request that came. */
  run(stateOf: StateOf): Promise<void> {
    const { clock, signal, report } = this.context
    return keepRunning(
      (either) => this.follow(stateOf, either),
      clock,
      (error) => report('inbox', error),
      signal,
    )
  }

  private async follow(stateOf: StateOf, signal: AbortSignal): Promise<void> {
    const { client, contracts, deployment, installation } = this.context
    const pages = watchInvites(client, {
      inbox: contracts.inbox,
      recipient: bytesToHex(installation.identity),
      deploymentBlock: deployment.deploymentBlock,
      ...(this.standing.cursor === undefined ? {} : { cursor: this.standing.cursor }),
      pollMs,
      signal,
    })
    for await (const { invites, cursor } of pages) await this.take(invites, cursor, stateOf)
  }

  /** One page, in one write. An invite that an L2's reorganisation takes back stays: its slot, on the L3, is what counts. */
  private async take(invites: readonly Invite[], cursor: InviteCursor, stateOf: StateOf): Promise<void> {
    const before = this.standing
    const looked = [...before.missing, ...invites.map(missingOf)].slice(-messagingLimits.missingInvites)
    const missing: Missing[] = []
    const changes: Change[] = []
    let { count } = before
    for (const each of looked) {
      const key = `seen/${bytesToHex(each.digest)}`
      if ((await this.context.store.get(key)) !== undefined) continue
      const opened = await this.openOne(each.digest)
      if (opened === 'missing') missing.push(each)
      else {
        changes.push({ key, value: Uint8Array.of(1) })
        if (opened !== undefined) {
          changes.push(requestChange(await this.requestOf(opened, count, each.muted, stateOf)))
          count += 1
        }
      }
    }
    this.standing = { cursor, count, missing }
    await this.context.store.write([...changes, { key: standingKey, value: encodeValue(this.standing) }])
    if (count > before.count) this.context.changed.beat()
  }

  /** Undefined for an envelope that is junk, or for another device. */
  private async openOne(digest: Bytes32): Promise<OpenedInvite | 'missing' | undefined> {
    const { contents, contracts, deployment, installation, signal } = this.context
    const frame = await contents.get(digest, signal)
    if (frame === undefined || !sameBytes(frameDigest(frame), digest)) return 'missing'
    const to = { chainId: deployment.chainId, inbox: hexToBytes(contracts.inbox), recipient: installation.identity }
    try {
      return await openInvite(frame, to, installation)
    } catch (error) {
      if (error instanceof MessagingError) return undefined
      throw error
    }
  }

  private async requestOf(
    { head, body }: OpenedInvite,
    number: number,
    muted: boolean,
    stateOf: StateOf,
  ): Promise<StoredRequest> {
    const { installations } = await this.context.directory.read(head.sender, this.context.signal)
    const verified = installations.some((key) => sameBytes(key, head.senderKey))
    const request = { number, head, body, muted, verified, slotKey: undefined }
    return { ...request, state: await stateOf(request) }
  }
}

function missingOf({ contentDigest, quote }: Invite): Missing {
  return { digest: hexToBytes(contentDigest), muted: quote.standing === 'muted' }
}
