import { DaLayer, type DaState, type DataAvailability, sameBytes, toHex } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { ended, nothing } from '../../amounts.ts'
import { checkSize, reasonOf, refused, unavailable } from '../../fault.ts'
import { createLifetime } from '../../lifetime.ts'
import { sha256 } from '../../sha256.ts'
import { sourceAnswers } from '../../source-answers.ts'
import type { CommitteeEpoch, CommitteeReader } from '../epoch.ts'
import { committeeLayer } from '../layer.ts'
import { type Certificate, type CommitteePointer, decodeCommitteePointer, membersIn } from '../pointer.ts'
import { type CertificateLevel, CertificateStore } from '../publishing/certificate-store.ts'
import { createCommitteeCounters } from '../publishing/counters.ts'
import { CommitteePublisher, countsNow, type PublisherOptions } from '../publishing/publisher.ts'
import { Terms, termsMs } from '../publishing/terms.ts'
import { EpochLookup } from '../reading/members.ts'
import { CommitteePartReader } from '../reading/reader.ts'
import { signerOf } from '../signatures.ts'
import { attestationDigest, committeeMark } from '../typed-data.ts'

/** What publishing needs; without it the adapter only reads. */
export interface CommitteeWriter {
  /** Signs for an account that may claim. @returns 64 bytes, as EIP-2098 has them. */
  readonly sign: (digest: Uint8Array) => Promise<Uint8Array>
  /** Survives restarts and belongs to this committee alone. The caller opens it before and closes it after the adapter. */
  readonly store: CertificateLevel
}

export interface CommitteeDeps {
  /** The committee on the L2. Reading does without it. */
  readonly committee: CommitteeReader
  readonly log: Logger
  readonly clock: Clock
  readonly registry: Registry
  readonly writer?: CommitteeWriter
  /** Draws from 0 to below 1. @default Math.random */
  readonly random?: () => number
}

export interface CommitteeOptions extends Partial<Omit<PublisherOptions, 'retentionSeconds'>> {
  /** Seconds for which members are asked to keep data: longer than a claim needs, so that there is time to claim. */
  readonly retentionSeconds: number
  /** Where parts are asked for beside the members. Default none. */
  readonly urls?: readonly string[]
  /** Bytes of one publication at most. Default 7 MiB. */
  readonly maxBytes?: number
  /** Milliseconds for one answer to a reader, default 30,000; without one after which another member is asked beside, default 300. */
  readonly readTimeoutMs?: number
  readonly hedgeMs?: number
}

export const committeeMaxBytes = 7 * 2 ** 20

const defaults = {
  maxPending: 16,
  memberTimeoutMs: 5_000,
  tries: 3,
  gatherMs: 50,
  graceMs: 500,
  backgroundMs: 600_000,
  backgroundBytes: 64 * 2 ** 20,
  roundsUntilFallBack: 3,
} as const satisfies Omit<PublisherOptions, 'retentionSeconds'>

/**
 * A committee of third parties: k of the n members of an epoch store data and sign that they do. What they serve is held to its
 * chunk root; that they go on serving it is their word.
 * @throws {DaError} `DA_REFUSED` when the store belongs to another committee.
 * @see docs/spec/da-committee.md
 */
export async function createCommitteeDa(deps: CommitteeDeps, options: CommitteeOptions): Promise<DataAvailability> {
  const { committee, log, clock, registry, writer, random = Math.random } = deps
  const { retentionSeconds, urls = [], maxBytes = committeeMaxBytes, readTimeoutMs = 30_000, hedgeMs = 300 } = options
  const { maxPending = defaults.maxPending } = options
  const { instance } = committee
  const mark = committeeMark(instance)
  const lifetime = createLifetime(committeeLayer)
  const terms = new Terms(clock, maxBytes)
  const epochs = new EpochLookup(committee, clock)
  const count = sourceAnswers(registry, committeeLayer)
  const reader = new CommitteePartReader(
    { epochs, clock, log, count, random },
    { urls, maxBytes, timeoutMs: readTimeoutMs, hedgeMs },
  )
  const publisher = writer && (await openPublisher(writer))

  async function openPublisher({ sign, store: level }: CommitteeWriter): Promise<CommitteePublisher> {
    const store = new CertificateStore(level)
    await store.bind(`chain ${instance.chainId}, committee ${toHex(instance.committee)}`)
    const counters = createCommitteeCounters(registry)
    return new CommitteePublisher(
      { committee, store, sign, terms, clock, log, counters, lifetime: lifetime.signal },
      { ...defaults, ...options, retentionSeconds },
    )
  }

  const writing = (): CommitteePublisher => {
    if (publisher === undefined) throw refused(committeeLayer, 'opened without an account, for reading only')
    return publisher
  }
  const decode = (pointer: Uint8Array): CommitteePointer => decodeCommitteePointer(pointer, { mark, maxBytes })

  return {
    layer: DaLayer.committee,
    name: committeeLayer,
    limits: () => ({ maxBytes: terms.limit, retentionSeconds, maxInFlight: maxPending, unitBytes: 1 }),
    async quote(bytes, signal) {
      const during = lifetime.during(signal)
      checkSize(bytes, terms.limit)
      if (publisher === undefined) return { cost: nothing, bytes, validForMs: termsMs }
      const epoch = publisher.epochOf(await publisher.now(during))
      const amount = await terms.cost(epoch, publisher.clientOf, bytes, BigInt(retentionSeconds), during)
      return { cost: { token: 'l2-eth', amount }, bytes, validForMs: termsMs }
    },
    async submit(data, submitOptions, signal) {
      const during = lifetime.during(signal)
      checkSize(data.length, terms.limit)
      const kept = data.slice()
      return writing().publish(kept, sha256(kept), submitOptions, during)
    },
    async abandon(digest, signal) {
      const receipt = await writing().abandon(digest, lifetime.during(signal))
      return receipt === undefined ? ended : { ...ended, receipt }
    },
    async retrieve(pointer, signal) {
      const during = lifetime.during(signal)
      return reader.read(pointer, decode(pointer), during)
    },
    async audit(pointer, signal) {
      const during = lifetime.during(signal)
      await reader.read(pointer, decode(pointer), during)
    },
    async status(pointer, signal) {
      const during = lifetime.during(signal)
      return statusOf(committee, decode(pointer).certificate, during)
    },
    close: async () => lifetime.end(),
  }
}

/** Told by the L2 and the signatures: `lost` is what no claim can carry any more. @throws {DaError} `DA_UNAVAILABLE`. */
async function statusOf(committee: CommitteeReader, certificate: Certificate, signal: AbortSignal): Promise<DaState> {
  try {
    const [now, epoch] = await Promise.all([committee.now(signal), committee.epoch(certificate.epoch, signal)])
    if (epoch === undefined || !countsNow(certificate, now)) return 'lost'
    return (await isCertified(committee, epoch, certificate)) ? 'final' : 'lost'
  } catch (error) {
    signal.throwIfAborted()
    throw unavailable(committeeLayer, `the L2 does not say what counts: ${reasonOf(error)}`, error)
  }
}

async function isCertified(
  { instance }: CommitteeReader,
  { k, members }: CommitteeEpoch,
  certificate: Certificate,
): Promise<boolean> {
  const places = membersIn(certificate.mask)
  if (places.length < k) return false
  const digest = attestationDigest(instance, certificate)
  const signed = await Promise.all(
    places.map(async (place, i) => {
      const signer = await signerOf(digest, certificate.signatures[i] as Uint8Array)
      const member = members[place]
      return signer !== undefined && member !== undefined && sameBytes(signer, member.address)
    }),
  )
  return signed.every(Boolean)
}
