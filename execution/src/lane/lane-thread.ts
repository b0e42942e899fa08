import { receiveMessageOnPort } from 'node:worker_threads'
import { BatchWriter, type SubmittedMessage } from '../codec/batch.ts'
import { ExecutionError } from '../faults.ts'
import { Control, sleep } from '../rings/control.ts'
import { EntryConsumer } from '../rings/entry-ring.ts'
import { FrameProducer } from '../rings/frame-ring.ts'
import { SlotKind, SlotWord } from '../rings/slot.ts'
import type { BlockBuilder } from './block-builder.ts'
import type { LaneAnswer, LaneCallName, LaneCalls, LaneCommand, LaneStart } from './commands.ts'
import { DigestAhead } from './digest-ahead.ts'
import type { Lane } from './lane.ts'
import { loadSlot } from './load-slot.ts'

/** Entries executed before the main thread is told: a wake-up costs as much as a tenth of a signature. */
const batchEntries = 128
/** A batch is told early when it has grown to this. */
const batchBytes = 64 * 1024

/** The loop of a lane: executes entries while a block is open, carries out commands in between, sleeps otherwise. */
export class LaneThread {
  private readonly control: Int32Array
  private readonly entries: EntryConsumer
  private readonly halves: Uint16Array
  private readonly frames: FrameProducer
  private readonly batch = new BatchWriter()
  private readonly message: SubmittedMessage
  private readonly ahead: DigestAhead
  private handled = 0
  private sealing: { readonly id: number; readonly after: number | undefined } | undefined
  private readonly lane: Lane
  private readonly port: LaneStart['port']

  constructor(lane: Lane, start: LaneStart) {
    this.lane = lane
    this.port = start.port
    this.control = new Int32Array(start.control)
    this.entries = new EntryConsumer({ control: this.control, slots: start.entries })
    this.halves = new Uint16Array(start.entries)
    this.message = { ticket: 0, entry: 0, bytes: this.entries.bytes, offset: 0 }
    this.ahead = new DigestAhead(start.config.chainId, lane, this.entries, this.halves)
    this.frames = new FrameProducer({ control: this.control, bytes: start.frames })
  }

  /** Runs until the thread is to end. */
  run(): void {
    while (!this.isEnding) {
      if (this.hasCommand) this.command()
      else if (this.hasEntry) this.execute()
      else if (this.sealing !== undefined) this.seal(this.sealing.id)
      else sleep(this.control, () => this.isEnding || this.hasCommand || this.hasEntry)
    }
    this.port.close()
  }

  private get isEnding(): boolean {
    return Atomics.load(this.control, Control.ending) === 1
  }

  private get hasCommand(): boolean {
    return Atomics.load(this.control, Control.commands) !== this.handled
  }

  /** Whether an entry may be executed now. */
  private get hasEntry(): boolean {
    if (this.lane.block === undefined || this.isFull || this.entries.isEmpty) return false
    return this.sealing === undefined || this.sealing.after !== this.entries.position
  }

  private get isFull(): boolean {
    return Atomics.load(this.control, Control.full) === 1
  }

  /** Executes entries until something else is to be done, telling the main thread of each batch. */
  private execute(): void {
    const block = this.lane.block as BlockBuilder
    while (this.hasEntry) {
      const word = this.entries.peek()
      if (!this.executeEntry(block, word)) {
        Atomics.store(this.control, Control.full, 1)
        this.ping()
        break
      }
      this.entries.pass(word)
      if (this.batch.entries >= batchEntries || this.batch.bytes >= batchBytes) this.tell()
      if (this.hasCommand || this.isEnding) break
    }
    this.tell()
  }

  private executeEntry(block: BlockBuilder, word: number): boolean {
    const { words } = this.entries
    if (words[word + SlotWord.kind] === SlotKind.operation) {
      const ticket = (words[word + SlotWord.ticket] as number) >>> 0
      return block.operation(ticket, this.entries.operationBytes(word), this.batch)
    }
    loadSlot(words, this.halves, word, this.lane.messages)
    this.ahead.provide()
    this.entries.locate(word, this.message)
    const hadRoom = block.message(this.message, this.batch)
    this.lane.messages.takeBack()
    return hadRoom
  }

  /** Tells the main thread what was executed. */
  private tell(): void {
    const { block } = this.lane
    if (block === undefined || this.batch.entries === 0 || this.isEnding) return
    this.frames.write(this.batch.frame(block.number), () => this.ping())
    this.batch.begin(block.number)
    this.ping()
  }

  /** Wakes the main thread, unless it was and has not looked yet. */
  private ping(): void {
    if (Atomics.exchange(this.control, Control.pinged, 1) === 0) this.port.postMessage(undefined)
  }

  private command(): void {
    const received = receiveMessageOnPort(this.port) as { message: LaneCommand } | undefined
    if (received === undefined) throw new Error('a command was counted and not posted')
    this.handled = (this.handled + 1) | 0
    const { message } = received
    if (message.name === 'seal') {
      this.sealing = { id: message.id, after: message.ask.after ?? this.entries.position }
      return
    }
    try {
      this.answer({ id: message.id, answer: this.carryOut(message) })
    } catch (error) {
      if (!(error instanceof ExecutionError)) throw error
      this.answer({ id: message.id, fault: error.fault })
    }
  }

  private carryOut(command: Exclude<LaneCommand, { name: 'seal' }>): LaneCalls[LaneCallName]['answer'] {
    const { lane } = this
    switch (command.name) {
      case 'open':
        return this.open(command.ask)
      case 'verify':
        return lane.verify(command.ask, new Uint8Array(command.ask.runs), command.ask.tracked)
      case 'replay':
        lane.block?.replay(command.ask.entries)
        return undefined
      case 'roots':
        return lane.shardRoots()
      case 'conversation':
        return lane.conversation(command.ask.shard, command.ask.index)
      case 'account':
        return lane.account(command.ask.shard, command.ask.index)
      case 'shard':
        return lane.readShard(command.ask.shard)
      case 'snapshot':
        return lane.snapshot(command.ask.shard, command.ask.cursor, command.ask.targetBytes)
      case 'restoreBegin':
        lane.restoreBegin()
        return undefined
      case 'restoreChunk':
        lane.restoreChunk(command.ask.shard, command.ask.bytes)
        return undefined
      case 'restoreEnd':
        return lane.restoreEnd()
    }
  }

  private open(ask: LaneCalls['open']['ask']): undefined {
    this.lane.open(ask.number, ask)
    // The state may be another one than the messages still waiting were looked up in.
    this.ahead.reset()
    this.batch.begin(ask.number)
    Atomics.store(this.control, Control.full, 0)
  }

  private seal(id: number): void {
    this.sealing = undefined
    this.tell()
    const sealed = this.lane.seal()
    Atomics.store(this.control, Control.full, 0)
    this.answer({ id, answer: sealed }, [sealed.runs.buffer as ArrayBuffer])
  }

  private answer(answer: LaneAnswer, transfer: ArrayBuffer[] = []): void {
    this.port.postMessage(answer, transfer)
  }
}
