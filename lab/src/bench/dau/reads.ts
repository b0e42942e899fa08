import { placeBytes } from '@parley/api'
import { CliError } from '@parley/cli'
import type { FeedPlace } from '../fanout/feed-plan.ts'
import { PlainConnection } from '../plain-http.ts'
import { requestBytes } from '../reads/read-load.ts'

const octets = 'application/octet-stream'
/** Entries that a screen shows. */
const pageEntries = 20
/** Requests under way at once; those beyond wait, and their delay counts. */
const connections = 32

/** Reads of a node, over some connections. */
export class UserReads {
  /** Bytes over the connections so far, both ways. */
  bytes = 0
  private readonly url: string
  private readonly idle: PlainConnection[] = []
  private readonly waiting: ((connection: PlainConnection) => void)[] = []
  private opened = 0

  constructor(url: string) {
    this.url = url
  }

  /** The first page of a record. @throws {CliError} `ANSWER_INVALID`. */
  async page([shard, index]: FeedPlace): Promise<void> {
    const path = `/v1/conversations/${shard}/${index}/messages?from=0&limit=${pageEntries}`
    await this.ask(requestBytes(this.url, { method: 'GET', path, headers: { accept: octets } }))
  }

  /**
   * What of some conversations changed behind a block.
   * @returns the last block that the node knows.
   * @throws {CliError} `ANSWER_INVALID`.
   */
  async changes(since: bigint, places: readonly FeedPlace[]): Promise<bigint> {
    const body = Buffer.alloc(8 + placeBytes * places.length)
    body.writeBigUInt64LE(since)
    const sorted = places.toSorted(([a, i], [b, j]) => a - b || i - j)
    sorted.forEach(([shard, index], i) => {
      body.writeUInt8(shard, 8 + i * placeBytes)
      body.writeUInt32LE(index, 9 + i * placeBytes)
    })
    const headers = { accept: octets, 'content-type': octets }
    const request = { method: 'POST', path: '/v1/changes', headers, body: body.toString('base64') } as const
    return (await this.ask(requestBytes(this.url, request))).readBigUInt64LE(0)
  }

  close(): void {
    for (const connection of this.idle) connection.close()
  }

  /** Opened only when it is needed: a node closes a connection over which nothing is asked. */
  private another(): Promise<PlainConnection> {
    if (this.opened === connections) return new Promise((resolve) => this.waiting.push(resolve))
    this.opened += 1
    return PlainConnection.open(this.url, '/')
  }

  private async ask(request: Buffer): Promise<Buffer> {
    const connection = this.idle.pop() ?? (await this.another())
    const { status, head, body } = await connection.exchange(request)
    const next = this.waiting.shift()
    if (next === undefined) this.idle.push(connection)
    else next(connection)
    this.bytes += request.length + head.length + 2 + body.length
    if (status === 200) return body
    throw new CliError({ code: 'ANSWER_INVALID', server: 'node', field: 'status', reason: String(status) })
  }
}
