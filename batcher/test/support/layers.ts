import { createHash } from 'node:crypto'
import {
  type BlockHeader,
  type ChainConfig,
  type ClaimHead,
  type ClaimReceipt,
  type ClaimRequest,
  type DaEnding,
  DaError,
  DaLayer,
  type DaLimits,
  type DaReceipt,
  type DaState,
  type DataAvailability,
  firstSchedule,
  genesisHeader,
  noSilence,
  type Schedule,
  type Settlement,
  SettlementError,
  type SettlementPage,
  type Silence,
  sameBytes,
} from '@parley/protocol'
import { config, digestOf, sequencer } from './chain.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Called before and after every step with the outside; a test throws from it to end the batcher there. */
export type Step = (name: string) => void

/** A layer in memory: content-addressed, the same bytes published once. */
export class MemoryDa implements DataAvailability {
  readonly layer: number
  readonly name: string
  taken: DaLimits = { maxBytes: 1_000_000, retentionSeconds: Number.POSITIVE_INFINITY, maxInFlight: 16, unitBytes: 1 }
  readonly held = new Map<string, Uint8Array>()
  submissions = 0
  /** Thrown by the next submissions, one each. */
  readonly failures: Error[] = []
  /** Thrown by the next calls of `abandon`, one each. */
  readonly abandonFailures: Error[] = []
  /** Digests that were abandoned here. */
  readonly abandoned: Uint8Array[] = []
  /** By digest, in hex. */
  private readonly receipts = new Map<string, DaReceipt>()
  /** Awaited before a submission is accepted. */
  hold: Promise<void> = Promise.resolve()
  step: Step = () => undefined

  constructor(name: string, layer: number = DaLayer.local) {
    this.name = name
    this.layer = layer
  }

  limits(): DaLimits {
    return this.taken
  }

  async quote(bytes: number) {
    return { cost: { token: 'none', amount: BigInt(bytes) } as const, bytes, validForMs: 1_000 }
  }

  async submit(data: Uint8Array): Promise<DaReceipt> {
    this.step('before submit')
    await this.hold
    const failure = this.failures.shift()
    if (failure !== undefined) throw failure
    const { maxBytes } = this.taken
    if (data.length > maxBytes) throw new DaError({ code: 'DA_TOO_LARGE', bytes: data.length, maxBytes })
    this.submissions += 1
    const pointer = digestOf(Buffer.from(data).toString('base64'))
    this.held.set(Buffer.from(pointer).toString('hex'), Uint8Array.from(data))
    const receipt: DaReceipt = {
      pointer,
      height: BigInt(this.submissions),
      cost: { token: 'none', amount: BigInt(data.length) },
    }
    this.receipts.set(createHash('sha256').update(data).digest('hex'), receipt)
    this.step('after submit')
    return receipt
  }

  async abandon(digest: Uint8Array): Promise<DaEnding> {
    this.step('abandon')
    this.abandoned.push(digest)
    const failure = this.abandonFailures.shift()
    if (failure !== undefined) throw failure
    const receipt = this.receipts.get(hex(digest))
    return { overhead: { token: 'none', amount: 0n }, ...(receipt && { receipt }) }
  }

  async retrieve(pointer: Uint8Array): Promise<Uint8Array> {
    const data = this.held.get(Buffer.from(pointer).toString('hex'))
    if (data === undefined) throw new DaError({ code: 'DA_MISSING', layer: this.name, pointer })
    return data
  }

  async status(pointer: Uint8Array): Promise<DaState> {
    this.step('status')
    return this.held.has(Buffer.from(pointer).toString('hex')) ? 'included' : 'lost'
  }

  async audit(pointer: Uint8Array): Promise<void> {
    await this.retrieve(pointer)
  }

  async close(): Promise<void> {}
}

/** Claims in memory, refusing what the contract refuses. */
export class MemorySettlement implements Settlement {
  readonly claims: (ClaimRequest & { readonly hash: Uint8Array })[] = []
  readonly failures: Error[] = []
  finalNumber = 0n
  currentLineage = config.genesis.lineage
  currentSchedule = firstSchedule(sequencer, config.fees)
  currentSilence = noSilence
  claimCalls = 0
  step: Step = () => undefined
  /** Asked before a claim is taken: everything it names must be there. */
  onClaim: (request: ClaimRequest) => void = () => undefined

  async config(): Promise<ChainConfig> {
    return config
  }

  async schedule(): Promise<Schedule> {
    return this.currentSchedule
  }

  async silence(): Promise<Silence> {
    return this.currentSilence
  }

  async lineage(): Promise<Uint8Array> {
    return this.currentLineage
  }

  async genesis(): Promise<BlockHeader> {
    return genesisHeader(config)
  }

  async head(): Promise<ClaimHead> {
    this.step('head')
    const last = this.claims.at(-1)
    return last === undefined
      ? { number: 0n, hash: digestOf('genesis claim'), lastHeader: genesisHeader(config), rescued: false }
      : { number: last.number, hash: last.hash, lastHeader: last.lastHeader, rescued: false }
  }

  async claim(request: ClaimRequest): Promise<ClaimReceipt> {
    this.step('before claim')
    this.claimCalls += 1
    const failure = this.failures.shift()
    if (failure !== undefined) throw failure
    const hash = hashOf(request)
    const standing = this.claims[Number(request.number) - 1]
    if (standing !== undefined && !sameBytes(standing.hash, hash))
      throw new SettlementError({ code: 'CLAIM_CONFLICT', number: request.number, standing: standing.hash })
    if (standing === undefined) {
      const head = await this.head()
      if (request.number !== head.number + 1n || !sameBytes(request.parent, head.hash))
        throw new SettlementError({ code: 'CLAIM_REFUSED', number: request.number, reason: 'out of order' })
      if (!sameBytes(request.lineage, this.currentLineage))
        throw new SettlementError({ code: 'CLAIM_REFUSED', number: request.number, reason: 'lineage' })
      this.onClaim(request)
      this.claims.push({ ...request, hash })
    }
    this.step('after claim')
    return { number: request.number, hash, at: { blockNumber: 1n, blockHash: hash }, gasUsed: 100_000n }
  }

  async receiptOf(number: bigint): Promise<ClaimReceipt | undefined> {
    const standing = this.claims[Number(number) - 1]
    if (standing === undefined) return undefined
    return { number, hash: standing.hash, at: { blockNumber: 1n, blockHash: standing.hash }, gasUsed: 100_000n }
  }

  async finalize(): Promise<bigint> {
    return this.finalNumber
  }

  async *follow(): AsyncGenerator<SettlementPage> {}

  async close(): Promise<void> {}
}

function hashOf(request: ClaimRequest): Uint8Array {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  const { number, parent, lineage, coreRoot, witnessRoot, core, witness } = request
  return digestOf(
    [number, ...[parent, lineage, coreRoot, witnessRoot, core.pointer, witness.pointer].map(hex)].join(' '),
  )
}
