import { type Benchmark, benchmark } from './benchmark.ts'
import { showDa, showSettlement } from './sections/costs.ts'
import { showDau } from './sections/dau.ts'
import { showLanes } from './sections/lanes.ts'
import { showLatency } from './sections/latency.ts'
import { showPeers } from './sections/peers.ts'
import { showPipeline } from './sections/pipeline.ts'
import { showFanOut, showSockets } from './sections/readers.ts'
import { showReads } from './sections/reads.ts'
import { showMemory, showRestart } from './sections/state.ts'
import { showVerify } from './sections/verify.ts'

/** All benchmarks, in the order in which they run and are shown. */
export const benchmarks: readonly Benchmark[] = [
  benchmark('lanes', showLanes),
  benchmark('pipeline', showPipeline),
  benchmark('latency', showLatency),
  benchmark('fanout', showFanOut),
  benchmark('sockets', showSockets),
  benchmark('verify', showVerify),
  benchmark('reads', showReads),
  benchmark('dau', showDau),
  benchmark('memory', showMemory),
  benchmark('restart', showRestart),
  benchmark('da', showDa),
  benchmark('settlement', showSettlement),
  benchmark('peers', showPeers),
]
