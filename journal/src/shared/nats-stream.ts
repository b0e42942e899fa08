import {
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { JournalError } from '@parley/protocol'
import { type Appended, type JournalStream, Unanswered } from './stream.ts'

export interface NatsOptions {
  /** `host:port` of every server; another one is taken when a connection is lost. */
  readonly servers: readonly string[]
  /** What the servers ask of whoever connects; it is sent in the clear unless they ask for TLS. */
  readonly token?: string
  /** Names the stream and its subject: 1 to 32 characters `a` to `z`, `0` to `9`, `-`. */
  readonly rollup: string
  /** Servers that keep each message. */
  readonly replicas: number
  /** Milliseconds until a call counts as unanswered. @default 1,000 */
  readonly timeoutMs?: number
}

const isCoded = (error: unknown, code: number): boolean => error instanceof JetStreamApiError && error.code === code
const defaultTimeoutMs = 1_000
/** Bytes asked for ahead by a reader that follows. */
const readAheadBytes = 8 * 1024 * 1024

/**
 * Connects to any of the servers, and makes the stream if there is none.
 * @throws {JournalError} `JOURNAL_UNSUITABLE` when the stream is not kept as it must be. @throws {Unanswered}
 */
export async function connectNats(options: NatsOptions): Promise<JournalStream> {
  const timeout = options.timeoutMs ?? defaultTimeoutMs
  const connection = await answered(
    connect({
      servers: [...options.servers],
      ...(options.token !== undefined && { token: options.token }),
      reconnect: false,
      timeout,
      pingInterval: timeout / 2,
      maxPingOut: 2,
    }),
  )
  try {
    const manager = await answered(jetstreamManager(connection, { timeout }))
    await assertStream(manager, streamConfig(options))
    return new NatsStream(connection, jetstream(connection, { timeout }), manager, nameOf(options.rollup), timeout)
  } catch (error) {
    await connection.close()
    throw error
  }
}

export const streamName = /^[a-z0-9-]{1,32}$/
const nameOf = (rollup: string): string => `journal-${rollup}`
const subjectOf = (name: string): string => name.replace('-', '.')

/** Nothing may be taken out of it but its beginning, and nothing leaves it by age or size. */
function streamConfig({ rollup, replicas }: NatsOptions) {
  const name = nameOf(rollup)
  return {
    name,
    subjects: [subjectOf(name)],
    num_replicas: replicas,
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    deny_delete: true,
    max_age: 0,
    max_bytes: -1,
    max_msgs: -1,
  } satisfies Partial<StreamConfig> & { name: string }
}

async function assertStream(manager: JetStreamManager, needed: ReturnType<typeof streamConfig>): Promise<void> {
  const found: StreamConfig = await answered(streamOf(manager, needed))
  for (const [field, value] of Object.entries(needed)) {
    const has: unknown = found[field as keyof StreamConfig]
    if (JSON.stringify(has) !== JSON.stringify(value))
      throw new JournalError({
        code: 'JOURNAL_UNSUITABLE',
        field: `stream.${field}`,
        found: JSON.stringify(has) ?? 'nothing',
        needed: JSON.stringify(value),
      })
  }
}

async function streamOf(manager: JetStreamManager, needed: ReturnType<typeof streamConfig>): Promise<StreamConfig> {
  try {
    return (await manager.streams.info(needed.name)).config
  } catch (error) {
    if (!isCoded(error, JetStreamApiCodes.StreamNotFound)) throw error
    return (await manager.streams.add(needed)).config
  }
}

/** Whatever fails but by the server's word leaves open what happened. */
async function answered<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    if (error instanceof JournalError) throw error
    throw new Unanswered(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

class NatsStream implements JournalStream {
  readonly #connection: NatsConnection
  readonly #client: JetStreamClient
  readonly #manager: JetStreamManager
  readonly #name: string
  readonly #timeout: number

  constructor(
    connection: NatsConnection,
    client: JetStreamClient,
    manager: JetStreamManager,
    name: string,
    timeout: number,
  ) {
    this.#connection = connection
    this.#client = client
    this.#manager = manager
    this.#name = name
    this.#timeout = timeout
  }

  async append(bytes: Uint8Array, last?: number): Promise<Appended> {
    const expect = { streamName: this.#name, ...(last !== undefined && { lastSequence: last }) }
    try {
      const { seq } = await this.#client.publish(subjectOf(this.#name), bytes, {
        expect,
        timeout: this.#timeout,
        retries: 1,
      })
      return { appended: true, sequence: seq }
    } catch (error) {
      if (isCoded(error, JetStreamApiCodes.StreamWrongLastSequence)) return { appended: false }
      throw new Unanswered(error instanceof Error ? error.message : String(error), { cause: error })
    }
  }

  async at(sequence: number): Promise<Uint8Array | undefined> {
    try {
      return (await this.#manager.streams.getMessage(this.#name, { seq: sequence }))?.data
    } catch (error) {
      if (isCoded(error, JetStreamApiCodes.NoMessageFound)) return undefined
      throw new Unanswered(error instanceof Error ? error.message : String(error), { cause: error })
    }
  }

  async first(): Promise<number> {
    return (await answered(this.#manager.streams.info(this.#name))).state.first_seq
  }

  async last(): Promise<number> {
    return (await answered(this.#manager.streams.info(this.#name))).state.last_seq
  }

  async *follow(from: number, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const options = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from }
    const consumer = await answered(this.#client.consumers.get(this.#name, options))
    const messages = await answered(consumer.consume({ max_bytes: readAheadBytes }))
    const stop = (): void => messages.stop()
    signal.addEventListener('abort', stop, { once: true })
    if (signal.aborted) stop()
    void this.#connection.closed().then(stop)
    let next = from
    try {
      for await (const message of messages) {
        if (signal.aborted) return
        if (message.seq !== next) throw new Unanswered(`message ${message.seq} came where ${next} should be`)
        next += 1
        yield message.data
      }
    } finally {
      signal.removeEventListener('abort', stop)
      messages.stop()
    }
    if (!signal.aborted) throw new Unanswered('the connection was lost')
  }

  async purge(before: number): Promise<void> {
    await answered(this.#manager.streams.purge(this.#name, { seq: before }))
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }
}
