import { CliError } from '@parley/cli'
import type { Abi, Address, ContractConstructorArgs, Hex } from 'viem'
import { type Contract, contractAt, deployment } from './contract.ts'
import type { SimulatedChain, Transaction } from './simulated-chain.ts'

/** Deploys contracts, one a block and a second apart. */
export interface Deployer {
  deploy<const A extends Abi>(abi: A, bytecode: Hex, args: ContractConstructorArgs<A>): Promise<Contract<A>>
  /** Deploys whatever the code makes. */
  create(code: Hex): Promise<Address>
  /** Does transactions that must not fail, in one block, so many seconds after the last; 1 when left out. */
  settle(transactions: readonly Transaction[], after?: bigint): Promise<void>
}

export function createDeployer(chain: SimulatedChain, from: Address): Deployer {
  const created = async (transaction: Transaction): Promise<Address> => {
    const [outcome] = await chain.execute(chain.now + 1n, [transaction])
    if (outcome?.succeeded && outcome.contract !== undefined) return outcome.contract
    throw refused('a deployment')
  }
  return {
    deploy: async (abi, bytecode, args) =>
      contractAt(abi, await created(deployment(from, abi, bytecode, args as readonly unknown[]))),
    create: (code) => created({ from, data: code, value: 0n }),
    async settle(transactions, after = 1n) {
      const outcomes = await chain.execute(chain.now + after, transactions)
      const failed = outcomes.findIndex(({ succeeded }) => !succeeded)
      if (failed !== -1) throw refused(`transaction ${failed} of ${transactions.length} to ${transactions[failed]?.to}`)
    },
  }
}

const refused = (field: string): CliError =>
  new CliError({ code: 'ANSWER_INVALID', server: 'anvil', field, reason: 'did not succeed' })
