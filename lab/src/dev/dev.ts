import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CliError } from '@parley/cli'
import { Closing } from '@parley/cli/roles'
import { createSequencerClient } from '@parley/client'
import type { Phase } from '@parley/infra'
import { ownerAddress } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { Context } from '../context.ts'
import { checkTrace } from '../load/check-trace.ts'
import type { LoadOptions } from '../load/driver.ts'
import { linesOf } from '../load/lines.ts'
import { openGateway } from '../load/open-gateway.ts'
import { risingPrices } from '../load/rising-prices.ts'
import { type Derive, deriveFrom, deriveScalar } from '../load/seeded.ts'
import { newTally, playLoad } from '../load/session.ts'
import { nativeSigner } from '../load/signer.ts'
import { goThroughMessaging } from '../messaging/go-through.ts'
import { claimCosts } from '../observe/claim-costs.ts'
import { showProgress } from '../progress/display.ts'
import { FinalityTracker } from '../progress/finality.ts'
import { claimDirectory } from '../stack/claim-directory.ts'
import { messagingConfiguration, writeMessagingFile } from '../stack/messaging-file.ts'
import { type Stack, startStack, type VirtualTime } from '../stack/stack.ts'
import { stackConfig } from '../stack/stack-config.ts'
import { writeStackFile } from '../stack/stack-file.ts'
import { serveChatPage } from './chat-page.ts'
import { serveExplorer } from './explorer-page.ts'
import { finish, sealRest } from './finish.ts'
import { goThroughL2 } from './go-through.ts'
import { goThroughCosts, type TreasuryPeople } from './go-through-treasury.ts'
import { goThroughAlone } from './l2-only.ts'
import type { L2Report } from './l2-report.ts'
import { observe } from './observers.ts'
import { placeRows } from './place-rows.ts'
import { type Check, failedChecks, failedL2Checks } from './report.ts'
import { summaryOf } from './summary.ts'

/** Blocks of a repeatable run: offers of each, and their distance in milliseconds. */
const virtualBlocks = { blockEveryOffers: 512, blockTimeMs: 1_000 }
/** Long past, so that no run of any length reaches the present. */
const earliestGenesis = 1_600_000_000_000n
/** Messages a second when nothing else is asked for: something moves, and a laptop stays cool. */
const idleRate = 20
const batchAgeMs = 2_000

function virtualTime(derive: Derive): VirtualTime {
  const offset = Buffer.from(derive('genesis')).readUInt32BE()
  return { ...virtualBlocks, genesisTimestamp: earliestGenesis + BigInt(offset) }
}

function loadOptions({ load, dev }: Context['config']): LoadOptions {
  const fast = load.trace !== undefined || dev.exit
  return {
    messages: load.messages,
    messagesPerSecond: load.messagesPerSecond ?? (fast ? undefined : idleRate),
    roundOffers: load.seed === undefined ? undefined : virtualBlocks.blockEveryOffers,
    lookaheadLines: load.lookaheadLines,
    maxMessages: load.maxMessages,
  }
}

/** Runs the whole of Parley on this machine until the process is asked to end or, with --exit, the load is final. */
export async function runDev(context: Context): Promise<number> {
  const { config } = context
  if (config.dev.exit && !hasLoad(config) && !config.dev.messaging) return runAlone(context)
  if (config.dev.messaging && config.load.seed !== undefined) {
    // Promises, keys and invites have times of the real clock.
    const reason = 'a run with a clock of its own has no messaging: leave --messaging out'
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: '--seed', reason })
  }
  if (config.load.trace !== undefined) await checkTrace(config.load.trace, config.load.messages, context.signal)
  const given = config.run.dataDir
  if (given !== undefined) await claimDirectory(given)
  const dataDir = given ?? (await mkdtemp(join(tmpdir(), 'parley-dev-')))
  let succeeded = false
  try {
    const code = await runIn(context, dataDir)
    succeeded = code === 0
    return code
  } finally {
    const keep = config.dev.keep || given !== undefined
    if (succeeded && !keep) await rm(dataDir, { recursive: true })
    else context.err.write(`data and logs are in ${dataDir}\n`)
  }
}

/** Whether anything is sent by the load itself; without --exit it is always. */
const hasLoad = ({ load, dev }: Context['config']): boolean =>
  !dev.exit || load.trace !== undefined || load.messages !== undefined

/** What is deployed beside the rollup. */
function besidesOf({ dev }: Context['config']): Phase[] {
  const asked = new Set<Phase>()
  if (dev.contacts) asked.add('contacts')
  // What the network asks for an invite follows from how accounts stand, and that from their registration.
  if (dev.contacts && dev.inbox) asked.add('reputation')
  if (dev.inbox) asked.add('inbox')
  if (dev.treasury) asked.add('treasury')
  return [...asked]
}

/** With nothing to send through the rollup, only what else was asked for is gone through. */
async function runAlone(context: Context): Promise<number> {
  const besides = besidesOf(context.config)
  if (besides.length === 0) {
    const reason = 'needs --messages, --trace, --contacts, --inbox, --treasury or --messaging'
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: '--exit', reason })
  }
  try {
    const report = await goThroughAlone(context, besides)
    return conclude(context, report, failedL2Checks(report))
  } catch (error) {
    if (!context.signal.aborted) throw error
    return interrupted
  }
}

async function runIn(context: Context, dataDir: string): Promise<number> {
  const { config, signal } = context
  const { seed } = config.load
  const derive = deriveFrom(seed === undefined ? randomBytes(32).toString('hex') : `seed ${seed}`)
  const closing = new Closing()
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  try {
    const owner = deriveScalar(derive, 'owner')
    const stack = await startStack(
      context,
      {
        dataDir,
        layer: config.da.layer.toString(),
        lanes: config.run.lanes,
        verifier: config.run.verifier,
        logLevel: config.log.level,
        virtual: seed === undefined ? undefined : virtualTime(derive),
        owners: [ownerAddress(owner)],
        node: true,
        relay: true,
        batchAgeMs,
        // With a clock of its own a run takes the same items every time: prices move with the real one.
        pushPrices: seed === undefined,
        besides: besidesOf(config),
        messaging: config.dev.messaging,
      },
      either,
    )
    closing.add(() => stack.stop())
    await announce(context, stack, dataDir, closing)
    return await Promise.race([play(context, stack, derive, owner, either, closing), stack.failed])
  } catch (error) {
    if (!signal.aborted) throw error
    return config.dev.exit ? interrupted : 0
  } finally {
    ending.abort()
    await closing.close()
  }
}

/** Exit code of a run that was to end by itself and was asked to end before. */
const interrupted = 130

async function announce({ config, err }: Context, stack: Stack, dataDir: string, closing: Closing): Promise<void> {
  const layer = config.da.layer.toString()
  await writeStackFile(dataDir, stack, layer)
  const { places, deployment } = stack
  const { messaging } = places
  const configuration = messaging && messagingConfiguration(places, messaging, deployment.chainId)
  if (configuration !== undefined) await writeMessagingFile(dataDir, configuration)
  // A run that ends by itself is looked at by nobody.
  const isLookedAt = !config.dev.exit && configuration !== undefined
  const chat = isLookedAt ? await serveChatPage(configuration) : undefined
  const explorer = isLookedAt ? await serveExplorer(places) : undefined
  for (const page of [chat, explorer]) if (page !== undefined) closing.add(() => page.close())
  err.write(placeRows(places, layer, dataDir, { chat: chat?.url, explorer: explorer?.url }))
}

async function play(
  context: Context,
  stack: Stack,
  derive: Derive,
  owner: Uint8Array,
  signal: AbortSignal,
  closing: Closing,
): Promise<number> {
  const { config, clock, log, err } = context
  const tracker = new FinalityTracker()
  const watching = new AbortController()
  const watched = AbortSignal.any([signal, watching.signal])
  const places = stackConfig(config, stack.places)
  const observers = await observe(
    { clock, log, config: places, goesOn: !config.dev.exit },
    stack.places,
    tracker,
    watched,
  )
  const shown = showProgress({ tracker, screen: err, clock }, watched)
  closing.add(async () => {
    watching.abort()
    await shown
  })
  const client = createSequencerClient({ url: stack.places.sequencerUrl, clock })
  const signer = nativeSigner()
  const gateway = await openGateway({ client, signer, clock }, owner, stack.accounts, signal)
  const tally = newTally()
  const { genesis } = observers.chain
  const offer = () =>
    playLoad(
      {
        client,
        config: observers.chain,
        // With a clock of its own a run's prices stand still.
        prices: config.load.seed === undefined ? risingPrices(genesis.prices) : genesis.prices,
        gateway,
        derive,
        signer,
        lines: linesOf(config, derive),
        tracker,
        clock,
        log,
        // Who looks on may silence the sequencer and rescue the chain.
        ...(config.dev.exit ? {} : { persistMs: Number.POSITIVE_INFINITY }),
      },
      loadOptions(config),
      tally,
      signal,
    )
  await Promise.race([hasLoad(config) ? offer() : undefined, observers.failed])
  if (config.load.seed !== undefined) await sealRest(stack.places.sequencerUrl, signal)
  if (!config.dev.exit) return Promise.race([asked(signal), observers.failed])
  const report = await Promise.race([finish(context, { stack, observers, tracker, tally }, signal), observers.failed])
  const messaging = config.dev.messaging
    ? { messaging: await Promise.race([goThroughMessaging(context, stack, stack.dataDir, signal), observers.failed]) }
    : {}
  const whole = { ...report, ...(await goThroughStack(stack, new Set(besidesOf(config)), clock, signal)), ...messaging }
  return conclude(context, whole, failedChecks(whole))
}

function goThroughStack(stack: Stack, asked: ReadonlySet<Phase>, clock: Clock, signal: AbortSignal): Promise<L2Report> {
  const { record, users, deployer, operator, deployment, places } = stack
  const { l2Url: url, rollup } = places
  const treasury = async (people: TreasuryPeople) =>
    goThroughCosts(record, people, await claimCosts(url, rollup, deployment.block))
  return goThroughL2(clock, { url, record, asked, users, deployer, operator, treasury }, signal)
}

/** Prints the report and what does not hold. @returns the exit code. */
function conclude({ config, out, err }: Context, report: L2Report, failed: readonly Check[]): number {
  out.write(config.run.json ? `${JSON.stringify(report)}\n` : summaryOf(report))
  for (const { check, expected, received } of failed)
    err.write(`check failed: ${check}: ${received}, not ${expected}\n`)
  return failed.length === 0 ? 0 : 1
}

function asked(signal: AbortSignal): Promise<number> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(0), { once: true }))
}
