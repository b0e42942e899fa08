import { availableParallelism } from 'node:os'
import { CliError } from '@parley/cli'
import { Closing } from '@parley/cli/roles'
import { measureRawVerification, type Spread, spreadOf } from '@parley/execution/bench'
import type { Context } from '../../context.ts'
import { type BenchFrame, benchFrame, repeatsOf, seedOf } from '../frame.ts'
import { runBenchmark } from '../run-benchmark.ts'
import { openEvmPeer, type Peer, type PeerRun } from './evm-peer.ts'
import { peerMessages } from './messages.ts'
import { openSvmPeer } from './svm-peer.ts'

/** One system that Parley was measured against. */
export interface PeerResult {
  readonly name: 'evm' | 'svm'
  /** Cores that it could use. */
  readonly cores: number
  readonly messagesPerSecond: Spread
  /** Gas or compute units. */
  readonly workPerMessage: number
  /** Parley's messages per second by this one's: medians. */
  readonly parleyIsTimes: number
  readonly bound: number
}

/** What `parley bench peers --json` prints. */
export interface PeersReport extends BenchFrame {
  /** End to end, as `bench pipeline` measures it in the same run; all cores. */
  readonly parley: { readonly messagesPerSecond: number; readonly ratio: number; readonly verifier: string }
  /** Bare npm secp256k1 from 33-byte keys: what nothing that checks a signature a message can exceed. */
  readonly rawVerificationsPerSecond: { readonly oneCore: Spread; readonly allCores: Spread }
  readonly peers: readonly PeerResult[]
}

const bounds = { evm: 8, svm: 2.5 }
const messageCounts = { full: 24_000, quick: 8_000 }
const rawSeconds = 1

/** Measures an EVM chain, the Solana VM and bare verification on the first messages of the pipeline's load, and the pipeline. */
export async function benchPeers(context: Context): Promise<PeersReport> {
  const { config, err } = context
  const repeats = repeatsOf(config)
  const count = messageCounts[config.bench.quick ? 'quick' : 'full']
  const seed = seedOf(config)
  const messages = peerMessages(seed, count)
  const measured = await Closing.guard(async (closing) => {
    const evm = await openEvmPeer(context, { seed, messages }, closing)
    const svm = await openSvmPeer({ seed, messages })
    err.write(`${count} messages are signed for each peer\n`)
    const result = await measureInTurn(context, { evm, svm }, repeats)
    await closing.close()
    return result
  })
  const pipeline = await runBenchmark(context, 'bench pipeline')
  const parley = parleyOf(pipeline)
  const workload = `the first ${count} messages of the pipeline’s load; the pipeline, all of it`
  const cores = availableParallelism()
  return {
    ...benchFrame(context, { workload, repeats }),
    parley,
    rawVerificationsPerSecond: measured.raw,
    peers: [
      resultOf('evm', cores, measured.evm, parley.messagesPerSecond),
      resultOf('svm', 1, measured.svm, parley.messagesPerSecond),
    ],
  }
}

async function measureInTurn(
  { err, signal }: Context,
  { evm, svm }: { readonly evm: Peer; readonly svm: Peer },
  repeats: number,
) {
  const raw = async (workers: number): Promise<number> =>
    (await measureRawVerification({ workers, seconds: rawSeconds })).verificationsPerSecond
  const runs: { evm: PeerRun; svm: PeerRun; oneCore: number; allCores: number }[] = []
  // The first time is for warming up, and is not counted.
  for (let repeat = -1; repeat < repeats; repeat += 1) {
    signal.throwIfAborted()
    const run = {
      evm: await evm.measure(),
      svm: await svm.measure(),
      oneCore: await raw(1),
      allCores: await raw(availableParallelism()),
    }
    if (repeat < 0) continue
    runs.push(run)
    const rates = [run.evm.messagesPerSecond, run.svm.messagesPerSecond].map(Math.round)
    err.write(`EVM ${rates[0]}/s, SVM ${rates[1]}/s\n`)
  }
  return {
    evm: runs.map((run) => run.evm),
    svm: runs.map((run) => run.svm),
    raw: {
      oneCore: spreadOf(
        runs.map(({ oneCore }) => oneCore),
        0,
      ),
      allCores: spreadOf(
        runs.map(({ allCores }) => allCores),
        0,
      ),
    },
  }
}

/** @param parley - Messages a second of the pipeline. */
export function resultOf(
  name: PeerResult['name'],
  cores: number,
  runs: readonly PeerRun[],
  parley: number,
): PeerResult {
  const messagesPerSecond = spreadOf(
    runs.map((run) => run.messagesPerSecond),
    0,
  )
  const work = spreadOf(
    runs.map(({ workPerMessage }) => workPerMessage),
    0,
  )
  const parleyIsTimes = Number((parley / messagesPerSecond.median).toFixed(2))
  return { name, cores, messagesPerSecond, workPerMessage: work.median, parleyIsTimes, bound: bounds[name] }
}

/** @throws {CliError} `ANSWER_INVALID` when the pipeline's report lacks what is compared. */
function parleyOf({ messagesPerSecond, ratio, verifier }: Record<string, unknown>): PeersReport['parley'] {
  if (typeof messagesPerSecond === 'number' && typeof ratio === 'number' && typeof verifier === 'string')
    return { messagesPerSecond, ratio, verifier }
  const reason = 'lacks messagesPerSecond, ratio or verifier'
  throw new CliError({ code: 'ANSWER_INVALID', server: 'bench pipeline', field: 'report', reason })
}
