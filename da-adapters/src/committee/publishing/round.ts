import { sameBytes } from '@parley/protocol'
import { backoffMs, type Clock, pause } from '@parley/runtime'
import type { Logger } from 'pino'
import type { CommitteeEpoch } from '../epoch.ts'
import { signerOf } from '../signatures.ts'
import type { Backlog } from './backlog.ts'
import { type MemberClient, MemberRefusal } from './member-client.ts'

export interface RoundDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly backlog: Backlog
  /** Ends with the adapter. */
  readonly lifetime: AbortSignal
}

export interface RoundOptions {
  /** Attempts at a member before the round goes on without it. */
  readonly tries: number
  /** Milliseconds for which members beyond the k are waited for. */
  readonly graceMs: number
  /** Milliseconds for which slow members are served on. */
  readonly backgroundMs: number
}

/** What all members are asked for. */
export interface RoundRequest {
  readonly epoch: CommitteeEpoch
  /** In the order of the epoch's members. */
  readonly clients: readonly MemberClient[]
  readonly parts: readonly Uint8Array[]
  readonly authority: string
  /** What members sign. */
  readonly digest: Uint8Array
}

/** How a round ended: signatures by members' places in the order in which they came, and why others gave none. */
export interface RoundOutcome {
  readonly signatures: ReadonlyMap<number, Uint8Array>
  readonly refusals: ReadonlyMap<number, MemberRefusal>
}

const firstBackoffMs = 200
const maxBackoffMs = 30_000
const maxPauseMs = 60_000

/**
 * Stores at all members at once and asks each for its signature, until enough have signed and the others had a moment more, or
 * too many have not. Slow members are served on afterwards, within bounds.
 * @throws the signal's reason.
 */
export async function runRound(
  deps: RoundDeps,
  request: RoundRequest,
  { tries, graceMs, backgroundMs }: RoundOptions,
  signal: AbortSignal,
): Promise<RoundOutcome> {
  const { clock, log, backlog, lifetime } = deps
  const { epoch, clients } = request
  const { k, members } = epoch
  const serving = new AbortController()
  const served = AbortSignal.any([lifetime, serving.signal])
  const signatures = new Map<number, Uint8Array>()
  const refusals = new Map<number, MemberRefusal>()
  const over = Promise.withResolvers<void>()
  const enough = Promise.withResolvers<void>()
  let isOver = false

  const judge = (): void => {
    if (signatures.size >= k) enough.resolve()
    const left = members.length - signatures.size - refusals.size
    if (left === 0 || signatures.size + left < k) over.resolve()
  }
  const work = clients.map(async (client, place) => {
    const report = (refusal: MemberRefusal): void => {
      if (!isOver) refusals.set(place, refusal)
      judge()
    }
    const signature = await serveMember(client, members[place]!.address, request, { clock, tries, report }, served)
    if (signature === undefined) return
    if (isOver) log.info({ member: client.shown }, 'a slow member has caught up')
    else {
      refusals.delete(place)
      signatures.set(place, signature)
      judge()
    }
  })
  const giveUp = (): void => {
    over.reject(signal.reason)
  }
  signal.addEventListener('abort', giveUp, { once: true })
  void enough.promise.then(async () => {
    await pause(clock, graceMs, served)
    over.resolve()
  })
  try {
    signal.throwIfAborted()
    await over.promise
  } catch (error) {
    serving.abort(error)
    throw error
  } finally {
    isOver = true
    signal.removeEventListener('abort', giveUp)
  }
  const outcome = { signatures: new Map(signatures), refusals: new Map(refusals) }
  if (signatures.size < k) serving.abort(new Error('the round failed'))
  else serveOn({ clock, log, backlog, served }, request, Promise.all(work), { serving, backgroundMs })
  return outcome
}

/** Leaves the others to the background: as long as there is room, and no longer than allowed. */
function serveOn(
  { clock, log, backlog, served }: Pick<RoundDeps, 'clock' | 'log' | 'backlog'> & { readonly served: AbortSignal },
  { parts }: RoundRequest,
  done: Promise<unknown>,
  { serving, backgroundMs }: { readonly serving: AbortController; readonly backgroundMs: number },
): void {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0)
  const release = backlog.take(bytes)
  if (release === undefined) {
    log.warn({ bytes, held: backlog.bytes }, 'slow members are not served any more: too much waits for them')
    serving.abort(new Error('too much waits for slow members'))
    return
  }
  void Promise.race([done, pause(clock, backgroundMs, served)]).then(() => {
    serving.abort(new Error('slow members were served for long enough'))
    release()
  })
}

interface Serving {
  readonly clock: Clock
  readonly tries: number
  /** Called when the round is to go on without the member. */
  readonly report: (refusal: MemberRefusal) => void
}

/** Stores at one member until it has signed. @returns undefined when it never will, or when it is served no longer. */
async function serveMember(
  client: MemberClient,
  address: Uint8Array,
  { parts, authority, digest }: RoundRequest,
  { clock, tries, report }: Serving,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const left = [...parts]
  for (let failures = 0; !signal.aborted; ) {
    try {
      for (let part = left[0]; part !== undefined; part = left[0]) {
        await client.store(part, authority, signal)
        left.shift()
      }
      const signature = await client.attest(authority, signal)
      const signer = await signerOf(digest, signature)
      if (signer !== undefined && sameBytes(signer, address)) return signature
      throw new MemberRefusal('signed with another key than its own')
    } catch (error) {
      if (signal.aborted) return undefined
      const refusal = error instanceof MemberRefusal ? error : new MemberRefusal(String(error))
      failures += 1
      if (refusal.isDefinite || failures === tries) report(refusal)
      if (refusal.isDefinite) return undefined
      // It may have lost what it had.
      if (refusal.status === 409) left.splice(0, left.length, ...parts)
      const backoff = backoffMs(failures - 1, { firstBackoffMs, maxBackoffMs })
      await pause(clock, Math.max(backoff, Math.min(refusal.retryAfterMs, maxPauseMs)), signal)
    }
  }
  return undefined
}
