import { DaError, type DaReceipt, type DaSubmitOptions, toHex } from '@parley/protocol'
import { type Clock, raceAbort } from '@parley/runtime'
import type { Logger } from 'pino'
import { checkCost, fallBack, reasonOf, refused, unavailable } from '../../fault.ts'
import { encodeAuthority } from '../authority.ts'
import { chunkRoot } from '../chunks.ts'
import type { CommitteeEpoch, CommitteeNow, CommitteeReader } from '../epoch.ts'
import { committeeLayer, secp256k1Scheme } from '../layer.ts'
import { type Certificate, decodeCommitteePointer, encodeCommitteePointer } from '../pointer.ts'
import { attestationDigest, committeeMark, storeDigest } from '../typed-data.ts'
import { Backlog } from './backlog.ts'
import type { CertificateStore, StoredPointer } from './certificate-store.ts'
import type { CommitteeCounters } from './counters.ts'
import { Gathering } from './gathering.ts'
import { MemberClient } from './member-client.ts'
import { type RoundOutcome, runRound } from './round.ts'
import type { Terms } from './terms.ts'

export interface PublisherDeps {
  readonly committee: CommitteeReader
  readonly store: CertificateStore
  /** A claimer's signature of 64 bytes. */
  readonly sign: (digest: Uint8Array) => Promise<Uint8Array>
  readonly terms: Terms
  readonly clock: Clock
  readonly log: Logger
  readonly counters: CommitteeCounters
  readonly lifetime: AbortSignal
}

export interface PublisherOptions {
  /** Seconds for which members are asked to keep data. */
  readonly retentionSeconds: number
  readonly maxPending: number
  /** Milliseconds for one request to a member, and attempts at each. */
  readonly memberTimeoutMs: number
  readonly tries: number
  readonly gatherMs: number
  readonly graceMs: number
  readonly backgroundMs: number
  readonly backgroundBytes: number
  /** Failed rounds in a row after which another layer is asked for. */
  readonly roundsUntilFallBack: number
}

interface Publication {
  readonly bytes: Uint8Array
  readonly digest: Uint8Array
  readonly chunkRoot: Uint8Array
}

interface UnderWay {
  readonly receipt: Promise<DaReceipt>
  readonly ending: AbortController
}

/** Seconds for which an authority counts: long enough for slow members. */
const authoritySeconds = 1_200n

/** Publishes with a committee: k members of the epoch that runs store and sign. */
export class CommitteePublisher {
  private readonly deps: PublisherDeps
  private readonly options: PublisherOptions
  private readonly underWay = new Map<string, UnderWay>()
  private readonly gathering: Gathering<Publication>
  private readonly rounds = new WeakMap<readonly Publication[], Promise<Certificate>>()
  private readonly backlog: Backlog
  private failedRounds = 0

  constructor(deps: PublisherDeps, options: PublisherOptions) {
    this.deps = deps
    this.options = options
    this.gathering = new Gathering(deps.clock, options.gatherMs, deps.lifetime)
    this.backlog = new Backlog(options.backgroundBytes)
  }

  clientOf = (url: string): MemberClient =>
    new MemberClient(url, this.options.memberTimeoutMs, () => this.deps.clock.now())

  /** Goes on when its caller gives up: the next one of the same bytes joins it. @throws {DaError} as `submit`. */
  publish(
    bytes: Uint8Array,
    digest: Uint8Array,
    { maxCost }: DaSubmitOptions,
    signal: AbortSignal,
  ): Promise<DaReceipt> {
    const key = toHex(digest)
    const known = this.underWay.get(key)
    if (known !== undefined) return raceAbort(known.receipt, signal)
    const { maxPending } = this.options
    if (this.underWay.size >= maxPending) throw unavailable(committeeLayer, `${maxPending} publications are under way`)
    const ending = new AbortController()
    const during = AbortSignal.any([this.deps.lifetime, ending.signal])
    const receipt = this.begin({ bytes, digest, chunkRoot: chunkRoot(bytes) }, maxCost, during).finally(() =>
      this.underWay.delete(key),
    )
    this.underWay.set(key, { receipt, ending })
    return raceAbort(receipt, signal)
  }

  /** The receipt, when there is a certificate that counts; nothing is under way any more. */
  async abandon(digest: Uint8Array, signal: AbortSignal): Promise<DaReceipt | undefined> {
    const call = this.underWay.get(toHex(digest))
    call?.ending.abort(unavailable(committeeLayer, 'the publication was abandoned'))
    // Its outcome is its caller's; here only that it has ended counts.
    await call?.receipt.catch(() => undefined)
    const stored = await this.deps.store.load(digest)
    if (stored === undefined) return undefined
    return this.counts(stored, await this.now(signal)) ? receiptOf(stored) : undefined
  }

  /** What the L2 says. @throws {DaError} `DA_UNAVAILABLE`. */
  async now(signal: AbortSignal): Promise<CommitteeNow> {
    try {
      return await this.deps.committee.now(signal)
    } catch (error) {
      signal.throwIfAborted()
      throw unavailable(committeeLayer, `the L2 does not say which epoch runs: ${reasonOf(error)}`, error)
    }
  }

  /** The epoch that runs. @throws {DaError} `DA_FALL_BACK` when none does. */
  epochOf({ epoch }: CommitteeNow): CommitteeEpoch {
    if (epoch === undefined) throw fallBack(committeeLayer, 'no epoch of the committee runs')
    return epoch
  }

  private async begin(
    publication: Publication,
    maxCost: DaSubmitOptions['maxCost'],
    signal: AbortSignal,
  ): Promise<DaReceipt> {
    const { store, terms } = this.deps
    const stored = await store.load(publication.digest)
    const now = await this.now(signal)
    // What expired unclaimed, or is of an epoch that ended, no claim could carry: it is attested to again.
    if (stored !== undefined && this.counts(stored, now)) return receiptOf(stored)
    const { length } = publication.bytes
    const cost = await this.cost(this.epochOf(now), length, signal)
    if (length > terms.limit) throw new DaError({ code: 'DA_TOO_LARGE', bytes: length, maxBytes: terms.limit })
    checkCost(committeeLayer, { token: 'l2-eth', amount: cost }, maxCost)
    const group = await this.gathering.join(publication)
    const round = this.rounds.get(group) ?? this.certify(group)
    this.rounds.set(group, round)
    const certificate = await raceAbort(round, signal)
    const pointer = encodeCommitteePointer({ part: group.indexOf(publication), certificate })
    const entry: StoredPointer = { pointer, cost, expiresAt: certificate.expiresAt }
    await store.save(new Map([[publication.digest, entry]]), now.time)
    return receiptOf(entry)
  }

  /** @throws {DaError} as a round that failed, when fewer than k members answer. */
  private async cost(epoch: CommitteeEpoch, bytes: number, signal: AbortSignal): Promise<bigint> {
    const seconds = BigInt(this.options.retentionSeconds)
    try {
      return await this.deps.terms.cost(epoch, this.clientOf, bytes, seconds, signal)
    } catch (error) {
      signal.throwIfAborted()
      throw this.failedRound(reasonOf(error))
    }
  }

  /** Whether a claim could carry it. */
  private counts({ pointer }: StoredPointer, now: CommitteeNow): boolean {
    const mark = committeeMark(this.deps.committee.instance)
    const { certificate } = decodeCommitteePointer(pointer, { mark, maxBytes: Number.MAX_SAFE_INTEGER })
    return countsNow(certificate, now)
  }

  /** One round over all members. @throws {DaError} `DA_UNAVAILABLE`, `DA_FALL_BACK`, `DA_REFUSED`, `DA_TOO_LARGE`. */
  private async certify(group: readonly Publication[]): Promise<Certificate> {
    const { committee, sign, lifetime, counters } = this.deps
    const now = await this.now(lifetime)
    const epoch = this.epochOf(now)
    const parts = group.map(({ chunkRoot, bytes }) => ({ chunkRoot, length: bytes.length }))
    const attestation = { epoch: epoch.number, expiresAt: this.expiryAt(now), parts }
    const authority = { ...attestation, deadline: now.time + authoritySeconds }
    const signature = await sign(storeDigest(committee.instance, authority))
    const outcome = await runRound(
      { ...this.deps, backlog: this.backlog },
      {
        epoch,
        clients: epoch.members.map(({ url }) => this.clientOf(url)),
        parts: group.map(({ bytes }) => bytes),
        authority: encodeAuthority({ ...authority, signature }),
        digest: attestationDigest(committee.instance, attestation),
      },
      this.options,
      lifetime,
    )
    const signed = outcome.signatures.size
    counters.round(signed < epoch.k ? 'failed' : 'certified', signed)
    this.learn(epoch, outcome)
    if (signed < epoch.k) throw this.failureOf(epoch, group, outcome)
    this.failedRounds = 0
    if (signed === epoch.k && epoch.members.length > epoch.k)
      this.deps.log.warn(
        { signed, of: epoch.members.length, reasons: reasonsOf(epoch, outcome) },
        'one more failure stops publication',
      )
    // More signatures than a claim needs would only cost gas: the quickest members'.
    const quickest = new Map([...outcome.signatures].slice(0, epoch.k).toSorted(([a], [b]) => a - b))
    return {
      ...attestation,
      mark: committeeMark(committee.instance),
      scheme: secp256k1Scheme,
      mask: [...quickest.keys()].reduce((mask, place) => mask | (1 << place), 0),
      signatures: [...quickest.values()],
    }
  }

  private expiryAt({ time, minExpiresAt, maxExpiresAt }: CommitteeNow): bigint {
    const wanted = time + BigInt(this.options.retentionSeconds)
    const expiresAt = wanted < maxExpiresAt ? wanted : maxExpiresAt
    if (expiresAt >= minExpiresAt) return expiresAt
    throw refused(
      committeeLayer,
      `data is to be kept for ${expiresAt - time} s, and a claim needs ${minExpiresAt - time} s: raise retentionSeconds`,
    )
  }

  private learn({ members }: CommitteeEpoch, { refusals }: RoundOutcome): void {
    for (const [place, { maxBytes }] of refusals)
      if (maxBytes !== undefined) this.deps.terms.learn(members[place]!.url, maxBytes)
  }

  private failureOf(epoch: CommitteeEpoch, group: readonly Publication[], outcome: RoundOutcome): DaError {
    const refusals = [...outcome.refusals.values()]
    /** Whether so many answered with the status that the others are too few. */
    const decides = (status: number): boolean =>
      refusals.filter((refusal) => refusal.status === status).length > epoch.members.length - epoch.k
    const reasons = reasonsOf(epoch, outcome).join('; ')
    const words = `${outcome.signatures.size} of ${epoch.k} members signed: ${reasons}`
    const bytes = Math.max(...group.map((each) => each.bytes.length))
    const { limit } = this.deps.terms
    if (decides(413) && bytes > limit) return new DaError({ code: 'DA_TOO_LARGE', bytes, maxBytes: limit })
    if (decides(401)) return refused(committeeLayer, words)
    return this.failedRound(words)
  }

  private failedRound(words: string): DaError {
    this.failedRounds += 1
    return this.failedRounds >= this.options.roundsUntilFallBack
      ? fallBack(committeeLayer, `${this.failedRounds} rounds in a row: ${words}`)
      : unavailable(committeeLayer, words)
  }
}

/** Whether a claim could carry the certificate now, as far as its epoch and its end say. */
export function countsNow({ epoch, expiresAt }: Certificate, now: CommitteeNow): boolean {
  return now.accepted.includes(epoch) && expiresAt >= now.minExpiresAt && expiresAt <= now.maxExpiresAt
}

const receiptOf = ({ pointer, cost }: StoredPointer): DaReceipt => {
  return { pointer: pointer.slice(), height: 0n, cost: { token: 'l2-eth', amount: cost } }
}

function reasonsOf({ members }: CommitteeEpoch, { refusals }: RoundOutcome): string[] {
  return [...refusals].map(([place, refusal]) => `${new URL(members[place]!.url).origin} ${refusal.message}`)
}
