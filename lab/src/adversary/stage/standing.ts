import type { rollupAbi } from '@parley/contracts'
import { revertData } from '@parley/http'
import { describeRevert } from '@parley/settlement'
import {
  type Address,
  bytesToHex,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type DecodeEventLogReturnType,
} from 'viem'
import type { Stage } from './stage.ts'

/** A claim as its event has it, which is how the contract takes it back. */
export type AbiClaim = DecodeEventLogReturnType<typeof rollupAbi, 'Claimed'>['args']['claim']

/** The claim that stands under a number. @throws {RangeError} when none does. */
export async function standingClaim({ l2, stack }: Stage, number: bigint): Promise<AbiClaim> {
  const fromBlock = stack.deployment.block
  const [told, hash] = await Promise.all([
    l2.client.getContractEvents({ ...l2.rollup, eventName: 'Claimed', args: { number }, fromBlock, strict: true }),
    l2.client.readContract({ ...l2.rollup, functionName: 'claimHash', args: [number] }),
  ])
  const found = told.findLast(({ args }) => args.hash === hash)
  if (found === undefined) throw new RangeError(`no claim ${number} stands`)
  return found.args.claim
}

/** The latest claim that is final, once one with blocks is. */
export async function finalClaim(stage: Stage): Promise<AbiClaim> {
  const { l2, claimer, signal, wait } = stage
  const genesis = await claimer.genesis(signal)
  return wait('a final claim', async () => {
    const number = await l2.client.readContract({ ...l2.rollup, functionName: 'finalNumber' })
    const found = number === 0n ? undefined : await standingClaim(stage, number)
    return found !== undefined && found.lastHeader.number > genesis.number ? found : undefined
  })
}

type Write = 'nonpayable' | 'payable'

/** Why the rollup would refuse a call of `from` now: the error's name; undefined when it would not. */
export async function refusalOf<N extends ContractFunctionName<typeof rollupAbi, Write>>(
  { l2 }: Stage,
  from: Address,
  call: {
    readonly functionName: N
    readonly args: ContractFunctionArgs<typeof rollupAbi, Write, N>
    readonly value?: bigint
  },
): Promise<string | undefined> {
  return refusing(() => l2.client.simulateContract({ ...l2.rollup, ...call, account: from } as never))
}

/** The name of the contract's error that a call fails with; undefined when it does not fail. */
export async function refusing(call: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await call()
    return undefined
  } catch (error) {
    const data = revertData(error)
    if (data === undefined) throw error
    return describeRevert(data).split('(', 1)[0]
  }
}

/** A value with its bytes as hex, as viem takes them. */
export function abiOf<T>(value: unknown): T {
  return hexed(value) as T
}

function hexed(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToHex(value)
  if (Array.isArray(value)) return value.map(hexed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, hexed(field)]))
}
