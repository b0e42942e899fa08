import { MessageChannel, type MessagePort, type Worker, type WorkerOptions } from 'node:worker_threads'
import type { ChainConfig } from '@parley/protocol'
import type { ExecutedBatch, VerifierChoice } from '../api.ts'
import { readBatch } from '../codec/batch.ts'
import { ExecutionError, type ExecutionFault } from '../faults.ts'
import { type LaneAnswer, type LaneCallName, type LaneCalls, type LaneStart, readyId } from '../lane/commands.ts'
import { Control, controlBytes, wake } from '../rings/control.ts'
import { EntryProducer } from '../rings/entry-ring.ts'
import { FrameConsumer } from '../rings/frame-ring.ts'
import { slotBytes } from '../rings/slot.ts'

/** Bytes of outcomes and records that a lane may be ahead of the main thread. */
const frameRingBytes = 2 ** 20

export interface LaneHandleOptions {
  readonly lane: number
  readonly lanes: number
  readonly config: ChainConfig
  readonly verifier: VerifierChoice
  readonly queueEntries: number
  readonly taken: SharedArrayBuffer
  readonly segmentsPerBlock: number
  readonly startWorker: (file: URL, options: WorkerOptions) => Worker
  readonly onBatch: (batch: ExecutedBatch) => void
  /** Called once when the lane ends without being asked to. */
  readonly onDied: (fault: ExecutionFault) => void
}

interface Pending {
  readonly resolve: (answer: never) => void
  readonly reject: (error: Error) => void
}

/** The main thread's end of one lane. */
export class LaneHandle {
  readonly entries: EntryProducer
  private readonly worker: Worker
  private readonly control: Int32Array
  private readonly frames: FrameConsumer
  private readonly port: MessagePort
  private readonly pending = new Map<number, Pending>()
  private readonly options: LaneHandleOptions
  private nextId = readyId + 1
  private submitted = 0
  private ended: ExecutionFault | undefined
  private readonly exited: Promise<unknown>
  private failure: Error | undefined

  private constructor(options: LaneHandleOptions) {
    this.options = options
    const control = new SharedArrayBuffer(controlBytes)
    const entries = new SharedArrayBuffer(options.queueEntries * slotBytes)
    const frames = new SharedArrayBuffer(frameRingBytes)
    this.control = new Int32Array(control)
    this.entries = new EntryProducer({ control: this.control, slots: entries })
    this.frames = new FrameConsumer({ control: this.control, bytes: frames })
    const { port1, port2 } = new MessageChannel()
    this.port = port1
    const { lane, lanes, config, verifier, taken, segmentsPerBlock } = options
    const shared = { control, entries, frames, taken }
    const start: LaneStart = { lane, lanes, config, verifier, segmentsPerBlock, ...shared, port: port2 }
    this.worker = options.startWorker(new URL('../lane/worker.ts', import.meta.url), {
      workerData: start,
      transferList: [port2],
      name: `parley-lane-${lane}`,
    })
    this.worker.on('error', (error) => {
      this.failure = error instanceof Error ? error : new Error(String(error))
    })
    this.exited = new Promise((resolve) => {
      this.worker.once('exit', (code) => {
        this.onExit(code)
        resolve(code)
      })
    })
  }

  /** Starts a lane and waits until it is ready. @throws {ExecutionError} `LANE_DIED` */
  static async start(options: LaneHandleOptions): Promise<LaneHandle> {
    const handle = new LaneHandle(options)
    handle.port.on('message', (message: LaneAnswer | undefined) => handle.receive(message))
    await new Promise((resolve, reject) => {
      handle.pending.set(readyId, { resolve, reject })
    })
    return handle
  }

  /** Entries submitted and not executed. */
  get queued(): number {
    return (this.submitted - Atomics.load(this.control, Control.executed)) >>> 0
  }

  /** Whether an entry waits that the open block has no room for. */
  get isFull(): boolean {
    return Atomics.load(this.control, Control.full) === 1
  }

  /** Shows the lane `count` entries written to the ring. */
  publish(count: number): void {
    this.submitted = (this.submitted + count) | 0
    this.entries.publish()
    wake(this.control)
  }

  /** Asks the lane. @throws {ExecutionError} what the lane answers, or how it ended. */
  call<N extends LaneCallName>(
    name: N,
    ask: LaneCalls[N]['ask'],
    transfer: ArrayBuffer[] = [],
  ): Promise<LaneCalls[N]['answer']> {
    if (this.ended !== undefined) return Promise.reject(new ExecutionError(this.ended))
    const id = this.nextId
    this.nextId += 1
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as never, reject })
      this.port.postMessage({ id, name, ask }, transfer)
      Atomics.add(this.control, Control.commands, 1)
      wake(this.control)
    })
  }

  /**
   * Ends the thread after the entry or command it is at; everything pending fails with `fault`. The thread is asked and not
   * terminated: a native verifier that is terminated in a call aborts the whole process.
   */
  async end(fault: ExecutionFault): Promise<void> {
    this.fail(fault)
    Atomics.store(this.control, Control.ending, 1)
    this.frames.discard()
    wake(this.control)
    await this.exited
    this.port.close()
  }

  private receive(message: LaneAnswer | undefined): void {
    // Cleared before draining: what the lane writes from here on pings again.
    Atomics.store(this.control, Control.pinged, 0)
    this.drain()
    if (message === undefined) return
    const pending = this.pending.get(message.id)
    this.pending.delete(message.id)
    if ('fault' in message) pending?.reject(new ExecutionError(message.fault))
    else pending?.resolve(message.answer as never)
  }

  private drain(): void {
    while (this.ended === undefined) {
      const frame = this.frames.read()
      if (frame === undefined) return
      this.options.onBatch(readBatch(this.options.lane, frame))
    }
  }

  private onExit(code: number): void {
    if (this.ended !== undefined) return
    const { lane, onDied } = this.options
    const fault = {
      code: 'LANE_DIED',
      lane,
      reason: this.failure?.message ?? `thread ended with code ${code}`,
    } as const
    this.fail(fault)
    this.port.close()
    onDied(fault)
  }

  private fail(fault: ExecutionFault): void {
    if (this.ended !== undefined) return
    this.ended = fault
    const error = new ExecutionError(fault, this.failure === undefined ? undefined : { cause: this.failure })
    for (const { reject } of this.pending.values()) reject(error)
    this.pending.clear()
  }
}
