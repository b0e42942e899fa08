import { join } from 'node:path'
import { ClientError, createSequencerClient, type SequencerClient } from '@parley/client'
import { rollupAbi } from '@parley/contracts'
import { createLocalDa } from '@parley/da-adapters'
import { rpcTransport } from '@parley/http'
import { type Closing, DataDir, type Stack, waitFor } from '@parley/lab'
import {
  type ClaimReceipt,
  CodedError,
  coreRoot,
  type DataAvailability,
  encodeCore,
  encodeWitness,
  ownerAddress,
  type SealedBlock,
  skeletonOf,
  witnessRoot,
} from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { type ClaimerSettlement, createSettlementMetrics, openSettlement, settlementDefaults } from '@parley/settlement'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import {
  bytesToHex,
  ContractFunctionExecutionError,
  createPublicClient,
  createWalletClient,
  hexToBytes,
  http,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { blocksOf, canBeToldOf, type LieKind, lies } from './lies.ts'

export interface LiarDeps {
  readonly stack: Stack
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Logger
}

const everyMs = 50
const withinMs = 180_000

/** A second account that may claim, has a bond, and claims what is wrong before the batcher claims what is right. */
export class Liar {
  readonly address: Uint8Array
  private readonly deps: LiarDeps
  private readonly signal: AbortSignal
  private readonly client: SequencerClient
  private readonly da: DataAvailability
  readonly settlement: ClaimerSettlement

  private constructor(deps: LiarDeps, da: DataAvailability, settlement: ClaimerSettlement, signal: AbortSignal) {
    this.deps = deps
    this.da = da
    this.settlement = settlement
    this.signal = signal
    this.address = ownerAddress(secretOf(deps.stack))
    this.client = createSequencerClient({ url: deps.stack.places.sequencerUrl, clock: deps.clock })
  }

  static async open(deps: LiarDeps, closing: Closing, signal: AbortSignal): Promise<Liar> {
    const { stack, dataDir, clock, log } = deps
    const { l2Url, rollup } = stack.places
    await allow(stack)
    const da = await createLocalDa({ log }, { dir: join(dataDir, 'da') })
    closing.add(() => da.close())
    const store = await new DataDir({ path: join(dataDir, 'liar') }, closing).texts('settlement transactions')
    const settlement = await openSettlement(
      {
        transport: rpcTransport(l2Url, { timeoutMs: 10_000 }),
        clock,
        log: log.child({}, { level: 'silent' }),
        metrics: createSettlementMetrics(new Registry()),
        secret: secretOf(stack),
        store,
      },
      { ...settlementDefaults, rollup: hexToBytes(rollup), pollMs: everyMs },
      signal,
    )
    closing.add(() => settlement.close())
    return new Liar(deps, da, settlement, signal)
  }

  /** Tells a lie about what follows the claim at the head, again and again until it is in time. */
  async tell(kind: LieKind): Promise<ClaimReceipt> {
    await this.settlement.ensureBond(this.signal)
    return this.wait(`a lie about ${kind} to be claimed`, async () => {
      try {
        return await this.attempt(kind)
      } catch (error) {
        // The batcher was first, the sequencer is away or begins a lineage: the next one will be in time.
        if (!(error instanceof CodedError || error instanceof ClientError)) throw error
        this.deps.log.debug({ err: error, kind }, 'the lie came too late')
        return undefined
      }
    })
  }

  /** Waits until a claim no longer stands. @throws {Error} when it is final. */
  async gone({ number, hash }: ClaimReceipt): Promise<void> {
    const client = createPublicClient({ transport: http(this.deps.stack.places.l2Url), cacheTime: 0 })
    const rollup = { address: this.deps.stack.places.rollup, abi: rollupAbi } as const
    await this.wait(`claim ${number} to be taken back`, async () => {
      const head = await client.readContract({ ...rollup, functionName: 'head' })
      if (head.number < number) return true
      const args = [number] as const
      const [stands, isFinal] = await Promise.all([
        client.readContract({ ...rollup, functionName: 'claimHash', args }),
        client.readContract({ ...rollup, functionName: 'isFinal', args }),
      ]).catch((error: unknown) => {
        // What is asked for has gone since.
        if (error instanceof ContractFunctionExecutionError) return [undefined, false] as const
        throw error
      })
      if (stands !== undefined && stands !== bytesToHex(hash)) return true
      if (isFinal) throw new Error(`claim ${number} is a lie and final`)
      return undefined
    })
  }

  private async attempt(kind: LieKind): Promise<ClaimReceipt | undefined> {
    const { settlement, signal } = this
    const [head, lineage] = await Promise.all([settlement.head(signal), settlement.lineage(signal)])
    const right: SealedBlock[] = []
    for (let i = 1; i <= blocksOf(kind); i += 1) {
      const sealed = await this.client.block(head.lastHeader.number + BigInt(i), signal)
      if (sealed !== undefined) right.push(sealed)
    }
    const isOf = ({ block }: SealedBlock): boolean => bytesToHex(block.header.lineage) === bytesToHex(lineage)
    if (!canBeToldOf(kind, right) || !right.every(isOf)) return undefined
    const { blocks, witness, lastHeader, signature } = lies[kind](right)
    const place = async (bytes: Uint8Array) => ({
      layer: this.da.layer,
      pointer: (await this.da.submit(bytes, {}, signal)).pointer,
    })
    return settlement.claim(
      {
        number: head.number + 1n,
        parent: head.hash,
        lineage,
        coreRoot: coreRoot(blocks),
        witnessRoot: witnessRoot(witness),
        lastHeader,
        core: await place(encodeCore(blocks.map(skeletonOf))),
        witness: await place(encodeWitness(witness)),
        signature,
      },
      signal,
    )
  }

  private wait<T>(waitedFor: string, look: () => Promise<T | undefined>): Promise<T> {
    return waitFor(waitedFor, look, { clock: this.deps.clock, everyMs, withinMs }, this.signal)
  }
}

function secretOf({ users }: Stack): Uint8Array {
  return users[0] as Uint8Array
}

/** The operator names the liar a claimer, as it would a second batcher. */
async function allow(stack: Stack): Promise<void> {
  const { l2Url, rollup } = stack.places
  const transport = http(l2Url)
  const wallet = createWalletClient({ account: privateKeyToAccount(bytesToHex(stack.operator)), transport })
  const claimer = bytesToHex(ownerAddress(secretOf(stack)))
  const hash = await wallet.writeContract({
    address: rollup,
    abi: rollupAbi,
    functionName: 'setClaimer',
    args: [claimer, true],
    chain: null,
  })
  await createPublicClient({ transport }).waitForTransactionReceipt({ hash, pollingInterval: everyMs })
}
