import { hash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createNodeClient, findRecordGap, type NodeClient } from '@parley/client'
import { ConversationType, rootOf, rootWithin, stateGindex } from '@parley/protocol'
import { toHex } from 'viem'

type Json = Record<string, unknown>

/** What a lying node says of where its lie stands. */
export interface Lie {
  /** Names the claim that the honest node names, or none. */
  readonly namesClaim: boolean
  /** Hands out the signatures of what was really said, or says that all are pruned. */
  readonly pruned: boolean
}

/**
 * A node that lies: it hands on what an honest one answers, but with other words in everybody's mouth, and with a head and a
 * state root of its own making that fit them.
 */
export class LyingNode {
  lie: Lie = { namesClaim: true, pruned: false }
  readonly content = toHex(new Uint8Array(hash('sha256', 'send the money to Mallory', 'buffer')))
  url = ''
  private readonly server: Server
  private readonly honest: NodeClient
  private readonly honestUrl: string
  private readonly chainId: bigint

  private constructor(honestUrl: string, chainId: bigint) {
    this.honestUrl = honestUrl
    this.chainId = chainId
    this.honest = createNodeClient({ url: honestUrl }, { chainId })
    this.server = createServer((request, response) => {
      this.answer(request.url ?? '').then(
        ({ status, body }) => response.writeHead(status, { 'content-type': 'application/json' }).end(body),
        (error: unknown) => response.writeHead(500).end(String(error)),
      )
    })
  }

  /** @param honestUrl - Node whose answers are forged. */
  static async start(honestUrl: string, chainId: bigint): Promise<LyingNode> {
    const node = new LyingNode(honestUrl, chainId)
    await new Promise<void>((resolve) => node.server.listen(0, '127.0.0.1', resolve))
    node.url = `http://127.0.0.1:${(node.server.address() as AddressInfo).port}`
    return node
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async answer(path: string): Promise<{ status: number; body: string }> {
    const response = await fetch(this.honestUrl + path)
    const json = (await response.json()) as Json
    const found = /^\/v1\/conversations\/(\d+)\/(\d+)(\/messages)?/.exec(path)
    if (found === null || response.status !== 200) return { status: response.status, body: JSON.stringify(json) }
    const [shard, index] = [Number(found[1]), Number(found[2])]
    const forged = found[3] === undefined ? await this.forgeConversation(shard, index, json) : this.forgeRecord(json)
    return { status: 200, body: JSON.stringify(forged) }
  }

  private async forgeConversation(shard: number, index: number, json: Json): Promise<Json> {
    const honest = await this.honest.completeConversation(shard, index)
    if (honest === undefined) throw new TypeError('the honest node knows no such conversation')
    const record = honest.record.map((entry) =>
      entry.kind === 'message'
        ? { ...entry, content: new Uint8Array(Buffer.from(this.content.slice(2), 'hex')) }
        : entry,
    )
    // What a reader will compute over the forged record becomes the head.
    const gap = findRecordGap(this.chainId, honest.conversation, record)
    if (gap?.kind !== 'head') throw new TypeError('there is nothing to forge')
    const conversation = { ...honest.conversation, head: gap.received }
    const leaf = rootWithin(ConversationType, conversation)
    const stateRoot = rootOf({ gindex: stateGindex.conversation(shard, index), leaf, branch: honest.branch })
    const { claim, ...unclaimed } = json
    return {
      ...unclaimed,
      ...(this.lie.namesClaim ? { claim } : { endsClaim: false }),
      final: true,
      conversation: { ...(json.conversation as Json), head: toHex(gap.received) },
      stateRoot: toHex(stateRoot as Uint8Array),
    }
  }

  private forgeRecord(json: Json): Json {
    const entries = (json.entries as Json[]).map((entry) => {
      const event = entry.event as { kind: string; value: Json }
      const said = event.kind === 'message' ? { ...event, value: { ...event.value, content: this.content } } : event
      // A block that is final already, so that nobody misses the signatures.
      const silence = { block: '1', signatures: null, withheld: 'pruned' }
      return { ...entry, event: said, ...(this.lie.pruned && silence) }
    })
    return { ...json, entries }
  }
}
