import { workerData } from 'node:worker_threads'
import { chooseVerifier } from '../signatures/choose.ts'
import { type LaneAnswer, type LaneStart, readyId } from './commands.ts'
import { Lane } from './lane.ts'
import { LaneThread } from './lane-thread.ts'

const start = workerData as LaneStart
const lane = new Lane({
  lane: start.lane,
  lanes: start.lanes,
  config: start.config,
  verifier: chooseVerifier(start.verifier),
  taken: new Int32Array(start.taken),
  segmentsPerBlock: start.segmentsPerBlock,
})
const ready: LaneAnswer = { id: readyId, answer: undefined }
start.port.postMessage(ready)
new LaneThread(lane, start).run()
