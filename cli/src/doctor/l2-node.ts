import { createHash } from 'node:crypto'
import { answersGas } from '@parley/batcher'
import { ExchangeError, endpointOf, exchange, rpcReason } from '@parley/http'
import { LogPages } from '@parley/l2'
import { BaseError, type Block, type Client, createClient, parseGwei, zeroAddress } from 'viem'
import { call, getBlock, getCode, getLogs } from 'viem/actions'
import type { Config } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { l2TransportOf } from '../role/l2.ts'
import { examined, type Finding, finding } from './finding.ts'

/** Milliseconds without a block after which an L2 is not followed. */
const staleMs = 60_000
/** Milliseconds that the L2's time may be ahead of the clock. */
const aheadMs = 5_000

type Head = Block<bigint, false, 'latest'>

export interface L2Node {
  readonly client: Client
  readonly chainId: number
  readonly head: Head
}

/** Asks an L2 for its head. @throws what a node that does not answer makes of it. */
export async function openL2Node(context: Context): Promise<L2Node> {
  const client = createClient({ transport: l2TransportOf(context), cacheTime: 0 })
  const chainId = Number(await client.request({ method: 'eth_chainId' }))
  return { client, chainId, head: await getBlock(client) }
}

/** What a node that answers nothing is. */
export function silentNode(check: string, error: unknown): Finding {
  return finding(check, 'RPC_SILENT', error instanceof ExchangeError ? error.message : rpcReason(error))
}

/** Everything that roles demand of an L2 and its node, whatever is deployed there. */
export async function checkL2Node(context: Context, node: L2Node): Promise<Finding[]> {
  const { config, clock } = context
  const checks: Readonly<Record<string, () => Promise<Finding | readonly Finding[]>>> = {
    'L2 head': async () => checkHead(node, clock.now()),
    'L2 finality tags': () => checkTags(node, config),
    'L2 batches': () => checkBatches(context),
    'L2 log range': () => checkLogRange(node, config),
    'L2 logs by block': () => checkBlockLogs(node, config),
    'L2 history': () => checkHistory(node),
    'L2 EVM': () => checkEvm(node),
    'L2 block gas': async () => checkBlockGas(node),
    'L2 prices': () => checkL1Block(node),
    'L2 fees': async () => checkFees(node, config),
  }
  const found: Finding[] = [finding('L2 chain', 'OK', `chain ${node.chainId}, block ${node.head.number}`)]
  for (const [check, run] of Object.entries(checks)) found.push(...(await examined(check, run)))
  return found
}

function checkHead({ head }: L2Node, now: number): Finding {
  const age = now - Number(head.timestamp) * 1_000
  const check = 'L2 head'
  if (age < -aheadMs)
    return finding(check, 'CLOCK_BEHIND', `the L2's time is ${(-age / 1_000).toFixed(1)} s ahead of this clock`)
  const said = `block ${head.number} is ${Math.max(0, age / 1_000).toFixed(1)} s old`
  return finding(check, age > staleMs ? 'L2_STALE' : 'OK', said)
}

async function checkTags({ client, head }: L2Node, { node }: Config): Promise<readonly Finding[]> {
  const check = 'L2 finality tags'
  const heights: bigint[] = []
  for (const blockTag of ['finalized', 'safe'] as const)
    try {
      heights.push((await getBlock(client, { blockTag })).number)
    } catch (error) {
      if (!(error instanceof BaseError)) throw error
      const wanted = node.confidence === blockTag ? ', which node.confidence asks for' : ''
      const missing = finding(check, 'TAG_MISSING', `it reports no ${blockTag} block${wanted}: ${rpcReason(error)}`)
      return [wanted === '' ? missing : { ...missing, grade: 'fault' }]
    }
  const [finalized = 0n, safe = 0n] = heights
  const { number: latest } = await getBlock(client)
  const said = `finalized ${finalized}, safe ${safe}, latest ${latest}`
  const inOrder = finalized <= safe && safe <= latest && latest >= head.number
  return [finding(check, inOrder ? 'OK' : 'TAGS_DISORDERED', said)]
}

/** Whether the node takes as many requests at once as it is going to be sent. */
async function checkBatches({ config, signal }: Context): Promise<Finding> {
  const { maxBatch, requestTimeoutMs, url = '' } = config.l2
  const calls = Array.from({ length: maxBatch }, (_, id) => ({ jsonrpc: '2.0', id, method: 'eth_chainId', params: [] }))
  const headers = { 'content-type': 'application/json' }
  const { status, body } = await exchange(
    {
      endpoint: endpointOf(url),
      method: 'POST',
      headers,
      body: JSON.stringify(calls),
      maxBytes: 2 ** 20,
      timeoutMs: requestTimeoutMs,
    },
    signal,
  )
  const isWhole = answersIn(body) === maxBatch
  return finding('L2 batches', isWhole ? 'OK' : 'BATCH_REFUSED', `${maxBatch} requests at once, status ${status}`)
}

/** How many usable answers a body holds. */
function answersIn(body: Uint8Array | undefined): number {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder().decode(body))
    return Array.isArray(parsed)
      ? parsed.filter((each) => each !== null && typeof each === 'object' && 'result' in each).length
      : 0
  } catch (error) {
    if (error instanceof SyntaxError) return 0
    throw error
  }
}

/** Whether the node takes as many blocks a request for logs as it is going to be sent. */
async function checkLogRange({ client, head }: L2Node, { l2 }: Config): Promise<Finding> {
  const check = 'L2 log range'
  const most = BigInt(l2.maxBlocksPerPage)
  const wanted = head.number + 1n < most ? head.number + 1n : most
  const address = l2.rollup ?? zeroAddress
  try {
    const { blocks } = await new LogPages(most).page(wanted, (count) =>
      getLogs(client, { address, fromBlock: head.number + 1n - count, toBlock: head.number }),
    )
    return finding(check, blocks < wanted ? 'LOG_PAGE_SHORT' : 'OK', `${blocks} of ${wanted} blocks at once`)
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    return finding(check, 'LOGS_REFUSED', rpcReason(error))
  }
}

const noLogs = /^0x0*$/

/** Whether logs that a block's header announces are there, by the block's hash. */
async function checkBlockLogs({ client, head }: L2Node, { l2 }: Config): Promise<Finding> {
  const check = 'L2 logs by block'
  for (let number = head.number; number > 0n && number > head.number - BigInt(l2.nearBlocks); number -= 1n) {
    const { hash, logsBloom } = await getBlock(client, { blockNumber: number })
    if (logsBloom === null || noLogs.test(logsBloom)) continue
    const logs = await getLogs(client, { blockHash: hash })
    const said = `block ${number} has ${logs.length} logs, its header announces some`
    return finding(check, logs.length === 0 ? 'LOGS_LEFT_OUT' : 'OK', said)
  }
  return finding(check, 'OK', `no block of the last ${l2.nearBlocks} has logs`)
}

/** Whether the first blocks are there: transactions name their chain by block 0, and a node reads from the deployment on. */
async function checkHistory({ client }: L2Node): Promise<Finding> {
  try {
    const { hash } = await getBlock(client, { blockNumber: 0n })
    return finding('L2 history', 'OK', `block 0 is ${hash}`)
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    return finding('L2 history', 'HISTORY_PRUNED', `it has no block 0: ${rpcReason(error)}`)
  }
}

/** PUSH0, MCOPY and SHA-256, executed as code that deploys: stores 42, copies it behind itself and answers the digest of both. */
const probe = '0x602a5f5260205f60205e60205f60405f60025afa5060205ff3'
const twice42 = Buffer.alloc(64)
twice42[31] = 42
twice42[63] = 42

async function checkEvm({ client }: L2Node): Promise<Finding> {
  const expected = `0x${createHash('sha256').update(twice42).digest('hex')}`
  try {
    const { data } = await call(client, { data: probe })
    return finding(
      'L2 EVM',
      data === expected ? 'OK' : 'EVM_OLD',
      `a probe of what contracts use answered ${data ?? 'nothing'}`,
    )
  } catch (error) {
    if (!(error instanceof BaseError)) throw error
    return finding('L2 EVM', 'EVM_OLD', rpcReason(error))
  }
}

function checkBlockGas({ head }: L2Node): Finding {
  const said = `${head.gasLimit} gas a block, answers to questions take up to ${answersGas}`
  return finding('L2 block gas', head.gasLimit < BigInt(answersGas) ? 'BLOCK_GAS_LOW' : 'OK', said)
}

const l1Block = '0x4200000000000000000000000000000000000015'

async function checkL1Block({ client }: L2Node): Promise<Finding> {
  const code = await getCode(client, { address: l1Block })
  const said = `the contract that knows the L1's prices is ${code === undefined ? 'not ' : ''}at ${l1Block}`
  return finding('L2 prices', code === undefined ? 'L1_BLOCK_MISSING' : 'OK', said)
}

function checkFees({ head }: L2Node, { l2 }: Config): Finding {
  const base = head.baseFeePerGas ?? 0n
  const isAbove = base > parseGwei(`${l2.maxFeeGwei}`)
  return finding('L2 fees', isAbove ? 'FEES_ABOVE_LIMIT' : 'OK', `base fee ${base} wei, limit ${l2.maxFeeGwei} gwei`)
}
