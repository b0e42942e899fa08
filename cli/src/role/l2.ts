import type { SettlementReader } from '@parley/protocol'
import {
  type ClaimerSettlement,
  createSettlementMetrics,
  l2Transport,
  openSettlement,
  openSettlementReader,
  type ReaderDeps,
  readerDefaults,
  settlementDefaults,
} from '@parley/settlement'
import type { Registry } from 'prom-client'
import { hexToBytes } from 'viem'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import type { Closing } from './closing.ts'
import { openTexts } from './stores.ts'

const requestTimeoutMs = 10_000

type Surroundings = Pick<Context, 'config' | 'clock' | 'log' | 'signal'>

function readerDeps({ config, clock, log }: Surroundings, registry: Registry): Omit<ReaderDeps, 'trail'> {
  const transport = l2Transport(needed(config, 'l2.url'), { timeoutMs: requestTimeoutMs })
  return { transport, clock, log: log.child({ part: 'settlement' }), metrics: createSettlementMetrics(registry) }
}

function places({ config }: Surroundings): { rollup: Uint8Array; pollMs: number } {
  return { rollup: hexToBytes(needed(config, 'l2.rollup')), pollMs: config.l2.pollMs }
}

/** Opens the L2 for reading. With a directory a cursor survives restarts. */
export async function openReader(
  surroundings: Surroundings,
  registry: Registry,
  store: { readonly dataDir: string; readonly closing: Closing } | undefined,
): Promise<SettlementReader> {
  const deps = readerDeps(surroundings, registry)
  const trail = store === undefined ? {} : { trail: await openTexts(store.dataDir, 'trail', store.closing) }
  return openSettlementReader(
    { ...deps, ...trail },
    { ...readerDefaults, ...places(surroundings) },
    surroundings.signal,
  )
}

/** Opens the L2 for claiming; sees to it that the claimer's bond is there. */
export async function openClaimer(
  surroundings: Surroundings,
  registry: Registry,
  dataDir: string,
  closing: Closing,
): Promise<ClaimerSettlement> {
  const store = await openTexts(dataDir, 'transactions', closing)
  const deps = { ...readerDeps(surroundings, registry), store, secret: needed(surroundings.config, 'l2.key').reveal() }
  const settlement = await openSettlement(deps, { ...settlementDefaults, ...places(surroundings) }, surroundings.signal)
  closing.add(() => settlement.close())
  const bond = await settlement.ensureBond(surroundings.signal)
  surroundings.log.info({ bondWei: bond }, 'claimer has its bond')
  return settlement
}
