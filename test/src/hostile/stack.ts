import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createSequencerClient } from '@parley/client'
import {
  deriveFrom,
  deriveScalar,
  FinalityTracker,
  nativeSigner,
  newTally,
  observe,
  openGateway,
  playLoad,
  type Stack,
  stackConfig,
  startStack,
  syntheticTrace,
  waitFor,
} from '@parley/lab'
import { checkout } from '@parley/lab/program'
import { ownerAddress } from '@parley/protocol'
import { systemClock } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Target } from './attacks.ts'

export interface Surroundings {
  readonly log: Logger
  readonly env: Readonly<Record<string, string>>
  readonly dataDir: string
}

/** Messages that the attacked processes have sealed before anyone attacks them. */
const messages = 6_000

/** Starts a stack and lets a load run through it, so that there are blocks, records and data to ask for. */
export async function startLoaded({ log, env, dataDir }: Surroundings, signal: AbortSignal): Promise<Stack> {
  const derive = deriveFrom('hostile')
  const owner = deriveScalar(derive, 'owner')
  const context = { clock: systemClock, log, inheritedEnv: env }
  const stack = await startStack(
    context,
    {
      dataDir,
      layer: 'local',
      lanes: undefined,
      verifier: 'auto',
      logLevel: 'warn',
      virtual: undefined,
      owners: [ownerAddress(owner)],
      node: true,
      batchAgeMs: 1_000,
      pushPrices: false,
    },
    signal,
  )
  const { places } = stack
  const config = stackConfig(checkout.load({ flags: new Map(), env: {}, files: [] }).config, places)
  const tracker = new FinalityTracker()
  const ending = new AbortController()
  const observers = await observe({ ...context, config }, places, tracker, AbortSignal.any([signal, ending.signal]))
  const client = createSequencerClient({ url: places.sequencerUrl, clock: systemClock })
  const signer = nativeSigner()
  const gateway = await openGateway({ client, signer, clock: systemClock }, owner, stack.accounts, signal)
  const { chain } = observers
  const lines = syntheticTrace(derive, { concurrent: 64, messagesPerMinute: 1_000 })
  const tally = newTally()
  await playLoad(
    {
      client,
      config: chain,
      prices: chain.genesis.prices,
      gateway,
      derive,
      signer,
      lines,
      tracker,
      clock: systemClock,
      log,
    },
    { messages, messagesPerSecond: undefined, roundOffers: undefined, lookaheadLines: 256, maxMessages: 100 },
    tally,
    signal,
  )
  log.info({ ...tally }, 'load has ended')
  await waitFor(
    'blocks at the node',
    () => largestBlock(places.nodeUrl as string),
    { clock: systemClock, everyMs: 500, withinMs: 60_000 },
    signal,
  )
  ending.abort()
  return stack
}

/** The longest block that a server has. */
async function largestBlock(url: string): Promise<string | undefined> {
  let best: { readonly path: string; readonly bytes: number } | undefined
  for (let number = 1; ; number += 1) {
    const path = `/v1/blocks/${number}`
    const answer = await fetch(url + path, { headers: { accept: 'application/octet-stream' } })
    if (answer.status !== 200) return best?.path
    const bytes = (await answer.arrayBuffer()).byteLength
    if (best === undefined || bytes > best.bytes) best = { path, bytes }
  }
}

/** Paths of large answers. */
export async function largePaths({ places }: Stack, dataDir: string): Promise<Readonly<Record<Target, string>>> {
  const [sequencer, node] = await Promise.all([
    largestBlock(places.sequencerUrl),
    largestBlock(places.nodeUrl as string),
  ])
  const names = (await readdir(join(dataDir, 'da'), { recursive: true })).filter((name) => /[0-9a-f]{64}$/.test(name))
  const digest = names.at(-1)?.split('/').at(-1)
  if (sequencer === undefined || node === undefined || digest === undefined)
    throw new RangeError('the load left nothing to ask for')
  return { sequencer, node, da: `/v1/data/${digest}`, batcher: '/metrics' }
}
