import { createExecution, type Execution } from '@parley/execution'
import { openJournal, ReplicaJournal } from '@parley/journal'
import {
  type ChainConfig,
  type MessageReceipt,
  MessageReceiptType,
  messageReceiptBytes,
  type SealedBlock,
  SealedBlockType,
  type SignedMessage,
  type SignedOperation,
  SignedOperationType,
} from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import pino from 'pino'
import { Registry } from 'prom-client'
import {
  createSequencer,
  type HeaderSigner,
  type HeaderWitness,
  type Sequencer,
  type SequencerOptions,
} from '../../src/index.ts'
import { FailingLevel } from './failing-level.ts'
import { FakeL2 } from './fake-l2.ts'
import { signer } from './signer.ts'
import { body, config as worldConfig } from './world.ts'

export { signer } from './signer.ts'

export const octets = 'application/octet-stream'

/** What outlives a sequencer. */
export interface Disk {
  readonly journal: FailingLevel
  readonly store: FailingLevel
  /** Beside the key. */
  readonly signed: FailingLevel
}

export function newDisk(): Disk {
  const level = () =>
    new FailingLevel(new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' }))
  return { journal: level(), store: level(), signed: level() }
}

export interface HarnessOptions extends SequencerOptions {
  readonly lanes?: number
  readonly disk?: Disk
  readonly l2?: FakeL2
  readonly clock?: Clock
  readonly config?: ChainConfig
  readonly signer?: HeaderSigner
  readonly witnesses?: readonly HeaderWitness[]
  /** In place of the local one of the disk; whoever made it closes it. */
  readonly journal?: ReplicaJournal
  /** Wraps or replaces the lanes. */
  readonly wrap?: (execution: Execution) => Execution
}

/** A sequencer with real lanes over memory and an L2 that does what it is told. */
export interface Harness {
  readonly sequencer: Sequencer
  readonly execution: Execution
  readonly disk: Disk
  readonly l2: FakeL2
  readonly registry: Registry
  readonly url: string
  end(): Promise<void>
}

const open = new Set<Harness>()

/** Ends whatever a test left running. */
export async function endAll(): Promise<void> {
  await Promise.all([...open].map((harness) => harness.end()))
}

export async function startSequencer(options: HarnessOptions = {}): Promise<Harness> {
  const { harness, started } = await beginSequencer(options)
  await started
  return harness
}

/** A sequencer that may have to wait for something before it has started. */
export async function beginSequencer(
  options: HarnessOptions = {},
): Promise<{ readonly harness: Harness; readonly started: Promise<void> }> {
  const config = options.config ?? worldConfig
  const disk = options.disk ?? newDisk()
  const l2 = options.l2 ?? new FakeL2(config, signer.address)
  l2.clock = options.clock ?? systemClock
  const log = pino({ level: 'silent' })
  const registry = new Registry()
  const lanes = await createExecution({ config, log }, { lanes: options.lanes ?? 2, verifier: 'portable' })
  const execution = options.wrap?.(lanes) ?? lanes
  const journal = options.journal ?? (await openJournal({ db: disk.journal, registry }))
  const sequencer = createSequencer(
    {
      config,
      execution,
      journal,
      ...(journal instanceof ReplicaJournal && { shared: journal }),
      store: disk.store,
      settlement: l2,
      signer: options.signer ?? signer,
      signedHeaders: disk.signed,
      witnesses: options.witnesses ?? [],
      clock: options.clock ?? systemClock,
      log,
      registry,
    },
    { alone: true, ...options },
  )
  const end = async (): Promise<void> => {
    open.delete(harness)
    await sequencer.stop()
    await lanes.close()
    if (options.journal === undefined) await journal.close()
  }
  const harness: Harness = {
    sequencer,
    execution,
    disk,
    l2,
    registry,
    get url() {
      return sequencer.url
    },
    end,
  }
  open.add(harness)
  const started = sequencer.start()
  // Whoever began it awaits it in their turn.
  started.catch(() => undefined)
  return { harness, started }
}

export async function postMessages(url: string, messages: readonly SignedMessage[]): Promise<MessageReceipt[]> {
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': octets },
    body: body(messages),
  })
  if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`)
  return receiptsOf(new Uint8Array(await response.arrayBuffer()))
}

export async function postOperation(url: string, operation: SignedOperation): Promise<MessageReceipt> {
  const response = await fetch(`${url}/v1/operations`, {
    method: 'POST',
    headers: { 'content-type': octets },
    body: SignedOperationType.serialize(operation),
  })
  if (response.status !== 200) throw new Error(`status ${response.status}: ${await response.text()}`)
  return receiptsOf(new Uint8Array(await response.arrayBuffer()))[0] as MessageReceipt
}

export function receiptsOf(bytes: Uint8Array): MessageReceipt[] {
  return Array.from({ length: bytes.length / messageReceiptBytes }, (_, i) =>
    MessageReceiptType.deserialize(bytes.slice(i * messageReceiptBytes, (i + 1) * messageReceiptBytes)),
  )
}

export async function getJson<T = Record<string, unknown>>(url: string, path: string): Promise<T> {
  return (await (await fetch(url + path)).json()) as T
}

export async function blockAt(url: string, number: bigint | 'latest'): Promise<SealedBlock | undefined> {
  const response = await fetch(`${url}/v1/blocks/${number}`, { headers: { accept: octets } })
  if (response.status === 404) return undefined
  return SealedBlockType.deserialize(new Uint8Array(await response.arrayBuffer())) as SealedBlock
}

/** The same disk after a kill. */
export function survivorOf({ journal, store, signed }: Disk): Disk {
  return { journal: journal.survivor(), store: store.survivor(), signed: signed.survivor() }
}

/** Waits until `holds` gives something, with a deadline. */
export async function eventually<T>(what: string, holds: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + 340_000
  while (Date.now() < deadline) {
    const value = await holds()
    if (value !== undefined && value !== false) return value
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`${what}: not within 15 s`)
}
