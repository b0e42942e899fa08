import { rollupAbi } from '@parley/contracts'
import {
  type AbiParameter,
  type Address,
  createClient,
  custom,
  decodeFunctionData,
  encodeAbiParameters,
  encodeErrorResult,
  encodeEventTopics,
  encodeFunctionResult,
  getAbiItem,
  type Hash,
  type Hex,
  keccak256,
  numberToHex,
  RpcRequestError,
  toHex,
} from 'viem'
import type { L2Client } from '../../src/index.ts'

const claimed = getAbiItem({ abi: rollupAbi, name: 'Claimed' })
export const rollup: Address = '0x00000000000000000000000000000000000a0110'

/** A value of nothing but zeros, of whatever form the ABI has. */
function zeroOf(parameter: AbiParameter): unknown {
  if (parameter.type.endsWith('[]')) return []
  if ('components' in parameter)
    return Object.fromEntries(parameter.components.map((each) => [each.name, zeroOf(each)]))
  if (parameter.type === 'bytes') return '0x'
  const fixed = /^(?:bytes(\d+)|address)$/.exec(parameter.type)
  if (fixed !== null) return toHex(new Uint8Array(Number(fixed[1] ?? 20)))
  const bits = Number(/^u?int(\d+)$/.exec(parameter.type)?.[1] ?? 256)
  if (parameter.type === 'bool') return false
  return bits <= 48 ? 0 : 0n
}

export interface FakeClaim {
  readonly number: bigint
  readonly block: bigint
  readonly stateRoot: Uint8Array
  readonly l2Block: bigint
}

/** An L2 of which a rollup's claims are known and nothing else. */
export class FakeRollup {
  final = 0n
  private readonly claims = new Map<bigint, { readonly data: Hex; readonly hash: Hash; readonly l2Block: bigint }>()
  readonly client: L2Client = createClient({
    transport: custom({ request: async ({ method, params }) => this.answer(method, params) }, { retryCount: 0 }),
  })

  claim({ number, block, stateRoot, l2Block }: FakeClaim): void {
    const { lastHeader, ...zero } = zeroOf(claimed.inputs[2]) as Record<string, unknown>
    const header = { ...(lastHeader as object), number: block, timestamp: 5n, stateRoot: toHex(stateRoot) }
    const data = encodeAbiParameters([claimed.inputs[2]], [{ ...zero, number, lastHeader: header } as never])
    this.claims.set(number, { data, hash: keccak256(data), l2Block })
  }

  /** A claim of which only the hash is known. */
  keep(number: bigint, hash: Uint8Array): void {
    this.claims.set(number, { data: '0x', hash: toHex(hash), l2Block: 0n })
  }

  remove(number: bigint): void {
    this.claims.delete(number)
  }

  private answer(method: string, params: unknown): unknown {
    const [first] = params as [Record<string, unknown>]
    if (method === 'eth_call') return this.call(first.data as Hex)
    if (method === 'eth_getLogs') return this.logs(first)
    throw new TypeError(`${method} was not expected`)
  }

  private call(data: Hex): Hex {
    const { functionName, args } = decodeFunctionData({ abi: rollupAbi, data })
    if (functionName === 'finalNumber')
      return encodeFunctionResult({ abi: rollupAbi, functionName, result: this.final })
    if (functionName === 'claimHash') {
      const claim = this.claims.get(args[0])
      if (claim !== undefined) return encodeFunctionResult({ abi: rollupAbi, functionName, result: claim.hash })
      throw reverted(encodeErrorResult({ abi: rollupAbi, errorName: 'Rollup_UnknownClaim', args: [args[0], 0n] }))
    }
    if (functionName !== 'isFinalClaim') throw new TypeError(`${functionName} was not expected`)
    const result = args[0] <= this.final && this.claims.get(args[0])?.hash === args[1]
    return encodeFunctionResult({ abi: rollupAbi, functionName, result })
  }

  private logs({ fromBlock, toBlock, topics }: Record<string, unknown>): object[] {
    return [...this.claims].flatMap(([number, { data, hash, l2Block }]) => {
      const own = encodeEventTopics({ abi: [claimed], args: { number, hash } })
      if (numberToHex(l2Block) !== fromBlock || fromBlock !== toBlock || own[1] !== (topics as Hex[])[1]) return []
      const place = {
        blockNumber: fromBlock,
        blockHash: hash,
        logIndex: '0x0',
        transactionIndex: '0x0',
        removed: false,
      }
      return [{ ...place, address: rollup, topics: own, data, transactionHash: hash }]
    })
  }
}

function reverted(data: Hex): RpcRequestError {
  return new RpcRequestError({ body: {}, error: { code: 3, message: 'execution reverted', data }, url: 'fake' })
}
