import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Closing, DataDir } from '@parley/cli/roles'
import { rollupAbi } from '@parley/contracts'
import { rpcTransport } from '@parley/http'
import { deploy, devPreset } from '@parley/infra'
import { domainSeparator, headerDigest, signDigestRecoverable } from '@parley/protocol'
import { type ClaimerSettlement, createSettlementMetrics, openSettlement, settlementDefaults } from '@parley/settlement'
import { Registry } from 'prom-client'
import { type Address, bytesToHex, createTestClient, http, publicActions, walletActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type Devnet, devnetDefaults, startDevnet } from '../../devnet/devnet.ts'
import type { BenchContext } from '../bench-context.ts'
import { type BenchFrame, benchFrame } from '../frame.ts'
import { claimedRoots, type MessageBatch, makeBatches } from './batches.ts'
import { openPointerSources, type PointerContext, type PointerSource } from './pointers.ts'

/** What one claim cost, finality included. */
export interface SettlementResult {
  readonly layer: PointerSource['name']
  /** Whether the batch was published; otherwise its pointers only have the length of real ones. */
  readonly published: boolean
  readonly messagesPerBatch: number
  readonly pointerBytes: { readonly core: number; readonly witness: number }
  readonly claimGas: number
  /** Bytes of the claim's call. */
  readonly claimBytes: number
  /** Gas of making this claim final by a transaction of its own. */
  readonly finalizeGas: number
  /** Gas of both, a message. */
  readonly gasPerMessage: number
  /** L2 gas for a million messages at the stated prices. */
  readonly dollarsPerMillion: number
}

/** What `parley bench settlement --json` prints. */
export interface SettlementReport extends BenchFrame {
  readonly bound: { readonly messagesPerBatch: number; readonly gasPerMessage: number }
  readonly results: readonly SettlementResult[]
  /** Gas a claim when all of the results' are made final by one transaction. */
  readonly finalizeGasTogether: number
  readonly prices: { readonly etherUsd: number; readonly l2GasGwei: number }
}

const bound = { messagesPerBatch: 10_000, gasPerMessage: 20 }
const batchSizes = [1, 10, 100, 1_000, 10_000]
const withinMs = 30_000
/** Beyond everything that blocks of one run can be ahead, and beyond every window. */
const passedSeconds = 120

/** Claims real batches through the real contracts on a development L2, and makes them final. */
export async function benchSettlement(
  context: PointerContext,
  sizes: readonly number[] = batchSizes,
): Promise<SettlementReport> {
  const batches = await makeBatches(context, sizes)
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-bench-'))
  try {
    const { etherUsd, l2GasGwei } = context.config.bench
    const measured = await Closing.guard(async (closing) => {
      const result = await measure(context, dataDir, batches, closing)
      await closing.close()
      return result
    })
    const workload = `batches of ${sizes.join(', ')} messages, one block each, claimed and made final one by one`
    return {
      ...benchFrame(context, { workload, repeats: 1 }),
      bound,
      ...measured,
      prices: { etherUsd, l2GasGwei },
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

interface Place {
  readonly devnet: Devnet
  readonly rollup: Address
  readonly settlement: ClaimerSettlement
}

async function measure(
  context: PointerContext,
  dataDir: string,
  batches: readonly MessageBatch[],
  closing: Closing,
): Promise<Pick<SettlementReport, 'results' | 'finalizeGasTogether'>> {
  const place = await openPlace(context, dataDir, closing)
  const { devnet } = place
  const { secret } = devnet.roles.batcher
  const sources = await openPointerSources(context, { dataDir, l1Url: devnet.l1.url, secret }, closing)
  const chain = chainOf(place)
  await chain.increaseTime({ seconds: passedSeconds })
  await chain.mine({ blocks: 1 })
  // The first claim pays for storage that later ones find.
  await claim(context, place, sources[0] as PointerSource, batches[0] as MessageBatch)
  const claims: Claimed[] = []
  for (const source of sources)
    for (const batch of batches) {
      const one = await claim(context, place, source, batch)
      context.err.write(`${source.name}, ${batch.messages} messages: ${one.claimGas} gas\n`)
      claims.push(one)
    }
  return finalizing(context, place, claims)
}

async function openPlace(context: PointerContext, dataDir: string, closing: Closing): Promise<Place> {
  const { clock, signal } = context
  const log = context.log.child({}, { level: 'warn' })
  const options = {
    ...devnetDefaults,
    l1: { ...devnetDefaults.l1, mining: { kind: 'interval', seconds: 1 } },
    l2: { ...devnetDefaults.l2, mining: { kind: 'automine' } },
    l1AttributesEveryMs: undefined,
  } as const
  const devnet = await startDevnet({ clock, log }, options, signal)
  closing.add(() => devnet.stop())
  const { roles, l2 } = devnet
  const bytes = (address: Address): Uint8Array => Uint8Array.from(Buffer.from(address.slice(2), 'hex'))
  const deployed = await deploy(
    { log },
    {
      url: l2.url,
      deployer: roles.deployer.secret,
      preset: devPreset,
      sequencer: bytes(roles.sequencer.address),
      bondOwner: bytes(roles.bondOwner.address),
      fillBond: true,
      governance: bytes(roles.deployer.address),
      operator: bytes(roles.pricePusher.address),
      treasury: bytes(roles.deployer.address),
      claimer: bytes(roles.batcher.address),
      withinMs,
    },
  )
  const settlement = await openSettlement(
    {
      transport: rpcTransport(l2.url, { timeoutMs: withinMs }),
      secret: roles.batcher.secret,
      store: await new DataDir({ path: dataDir }, closing).texts('settlement transactions'),
      clock,
      log,
      metrics: createSettlementMetrics(new Registry()),
    },
    {
      ...settlementDefaults,
      rollup: deployed.rollup,
      pollMs: 20,
      sending: { ...settlementDefaults.sending, pollMs: 20 },
    },
    signal,
  )
  closing.add(() => settlement.close())
  await settlement.ensureBond(signal)
  return { devnet, rollup: bytesToHex(deployed.rollup), settlement }
}

type Claimed = Omit<SettlementResult, 'finalizeGas' | 'gasPerMessage' | 'dollarsPerMillion'>

async function claim(
  { signal }: PointerContext,
  place: Place,
  source: PointerSource,
  batch: MessageBatch,
): Promise<Claimed> {
  const { settlement, rollup } = place
  const [head, lineage] = await Promise.all([settlement.head(signal), settlement.lineage(signal)])
  const [core, witness] = await Promise.all([source.pointer(batch.core), source.pointer(batch.witness)])
  const claimed = claimedRoots(batch, head.lastHeader, lineage)
  const { chainId, inbox } = await settlement.config(signal)
  const digest = headerDigest(domainSeparator(chainId, inbox), claimed.lastHeader)
  const receipt = await settlement.claim(
    {
      number: head.number + 1n,
      parent: head.hash,
      lineage,
      ...claimed,
      core: { layer: source.layer, pointer: core },
      witness: { layer: source.layer, pointer: witness },
      signature: signDigestRecoverable(place.devnet.roles.sequencer.secret, digest),
    },
    signal,
  )
  const { blockNumber } = receipt.at
  const { transactions } = await chainOf(place).getBlock({ blockNumber, includeTransactions: true })
  const call = transactions.find(({ to }) => to === rollup)
  return {
    layer: source.name,
    published: source.published,
    messagesPerBatch: batch.messages,
    pointerBytes: { core: core.length, witness: witness.length },
    claimGas: Number(receipt.gasUsed),
    claimBytes: ((call?.input.length ?? 0) - 2) / 2,
  }
}

/** Makes the claims final all at once, takes that back, and makes them final one by one. Anyone may. */
async function finalizing(
  { config }: BenchContext,
  place: Place,
  claims: readonly Claimed[],
): Promise<Pick<SettlementReport, 'results' | 'finalizeGasTogether'>> {
  const chain = chainOf(place)
  const account = privateKeyToAccount(bytesToHex(place.devnet.roles.verifier.secret))
  const finalize = async (limit: bigint): Promise<number> => {
    const call = { address: place.rollup, abi: rollupAbi, functionName: 'finalize', args: [limit] } as const
    const hash = await chain.writeContract({ ...call, account, chain: null })
    return Number((await chain.waitForTransactionReceipt({ hash, pollingInterval: 20 })).gasUsed)
  }
  await chain.increaseTime({ seconds: passedSeconds })
  await chain.mine({ blocks: 1 })
  // That of the first claim, which is not counted.
  await finalize(1n)
  const before = await chain.snapshot()
  const together = (await finalize(BigInt(claims.length))) / claims.length
  await chain.revert({ id: before })
  const { etherUsd, l2GasGwei } = config.bench
  const results: SettlementResult[] = []
  for (const claimed of claims) {
    const finalizeGas = await finalize(1n)
    const gasPerMessage = (claimed.claimGas + finalizeGas) / claimed.messagesPerBatch
    results.push({
      ...claimed,
      finalizeGas,
      gasPerMessage: rounded(gasPerMessage),
      dollarsPerMillion: rounded(1e6 * gasPerMessage * l2GasGwei * 1e-9 * etherUsd),
    })
  }
  return { results, finalizeGasTogether: Math.round(together) }
}

function chainOf({ devnet }: Place) {
  const transport = http(devnet.l2.url)
  return createTestClient({ mode: 'anvil', transport, cacheTime: 0 }).extend(publicActions).extend(walletActions)
}

function rounded(value: number): number {
  return Number(value.toFixed(3))
}
