import {
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  type DecodeFunctionResultReturnType,
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  type Hex,
} from 'viem'
import type { Transaction, View } from './simulated-chain.ts'

/** A contract of the simulation: encodes calls of it and reads what views of it gave. */
export interface Contract<A extends Abi> {
  readonly address: Address
  readonly abi: A
  call<N extends ContractFunctionName<A, 'nonpayable' | 'payable'>>(
    from: Address,
    functionName: N,
    args: ContractFunctionArgs<A, 'nonpayable' | 'payable', N>,
    value?: bigint,
  ): Transaction
  view<N extends ContractFunctionName<A, 'view' | 'pure'>>(
    functionName: N,
    args: ContractFunctionArgs<A, 'view' | 'pure', N>,
    from?: Address,
  ): View
  result<N extends ContractFunctionName<A, 'view' | 'pure'>>(
    functionName: N,
    data: Hex,
  ): DecodeFunctionResultReturnType<A, N>
}

export function contractAt<const A extends Abi>(abi: A, address: Address): Contract<A> {
  const encode = (functionName: string, args: unknown): Hex =>
    encodeFunctionData({ abi: abi as Abi, functionName, args: args as readonly unknown[] })
  return {
    address,
    abi,
    call: (from, functionName, args, value = 0n) => ({ from, to: address, data: encode(functionName, args), value }),
    view: (functionName, args, from) => ({
      to: address,
      data: encode(functionName, args),
      ...(from === undefined ? {} : { from }),
    }),
    result: (functionName, data) =>
      decodeFunctionResult({ abi: abi as Abi, functionName: functionName as string, data }) as never,
  }
}

/** A deployment as a transaction. */
export function deployment(from: Address, abi: Abi, bytecode: Hex, args: readonly unknown[]): Transaction {
  return { from, data: encodeDeployData({ abi, bytecode, args }), value: 0n }
}
