import { dataCommitteeAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import { openAccountSender, type SenderOptions, type TransactionSender } from '@parley/transactions'
import {
  BaseError,
  bytesToHex,
  ContractFunctionRevertedError,
  createPublicClient,
  encodeFunctionData,
  hexToBytes,
} from 'viem'
import { describeRevert } from '../reverts.ts'
import type { SettlementDeps } from '../settlement.ts'
import type { ChunkQuestion } from './chunk-questions.ts'

/** A chunk and what leads from it to the chunk root, the lowest sibling first. */
export interface ShownChunk {
  readonly chunk: Uint8Array
  readonly path: readonly Uint8Array[]
}

/** Of one answer. An estimate knows no gas price, so that nothing would be credited in it and fewer slots written. */
const answerGas = 150_000n

/** Sends answers to chunk questions from an account of its own. */
export interface ChunkAnswerer {
  /** 20 bytes. */
  readonly address: Uint8Array
  /**
   * @returns `already` when somebody else answered, or nothing is asked any more.
   * @throws {TransactionError} what sending throws; {SettlementError} `SETTLEMENT_UNAVAILABLE`.
   */
  answer(question: ChunkQuestion, shown: ShownChunk, signal: AbortSignal): Promise<'done' | 'already'>
  /** Wei that the account can spend. */
  funds(signal: AbortSignal): Promise<bigint>
  /** Wei that one answer costs at most now: half of what a question is asked with, which is twice an answer. */
  cost(signal: AbortSignal): Promise<bigint>
  close(): Promise<void>
}

/** @throws {TransactionError} `CHAIN_UNAVAILABLE`, `RECORD_INVALID`, `OPTION_INVALID`. */
export async function openChunkAnswerer(
  deps: SettlementDeps,
  { committee, sending }: { readonly committee: Uint8Array; readonly sending: SenderOptions },
  signal: AbortSignal,
): Promise<ChunkAnswerer> {
  const client = createPublicClient({ transport: deps.transport, cacheTime: 0 })
  const sender: TransactionSender = await openAccountSender(
    { ...deps, describeRevert, metrics: deps.metrics.sending },
    sending,
    signal,
  )
  const contract = { address: bytesToHex(committee), abi: dataCommitteeAbi } as const
  const account = sender.address

  return {
    address: hexToBytes(account),
    async answer({ id, attestation, part, index }, { chunk, path }, inner) {
      const { epoch, expiresAt, parts } = attestation
      const signed = parts.map(({ chunkRoot, length }) => ({ chunkRoot: bytesToHex(chunkRoot), length }))
      const shown = [bytesToHex(chunk), path.map((each) => bytesToHex(each))] as const
      const args = [{ epoch, expiresAt, parts: signed }, part, index, ...shown] as const
      const call = { ...contract, functionName: 'answerChunk', args } as const
      if (!sender.isPending(id) && (await isAnswered(() => client.simulateContract({ ...call, account }), inner)))
        return 'already'
      const data = encodeFunctionData(call)
      try {
        await sender.send({ key: id, call: { to: contract.address, data, value: 0n }, gas: answerGas }, inner)
        return 'done'
      } catch (error) {
        inner.throwIfAborted()
        // Another signer may have got in first.
        if (await isAnswered(() => client.simulateContract({ ...call, account }), inner)) return 'already'
        throw error
      }
    },
    funds: (inner) => ask(() => client.getBalance({ address: account }), inner),
    async cost(inner) {
      const deposit = await ask(() => client.readContract({ ...contract, functionName: 'chunkDeposit' }), inner)
      return (deposit + 1n) / 2n
    },
    close: () => sender.close(),
  }
}

/** Whether the contract refuses the call because nothing is asked there any more. */
async function isAnswered(simulate: () => Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  return ask(async () => {
    try {
      await simulate()
      return false
    } catch (error) {
      const revert =
        error instanceof BaseError ? error.walk((each) => each instanceof ContractFunctionRevertedError) : null
      if (!(revert instanceof ContractFunctionRevertedError)) throw error
      return revert.data?.errorName === 'DataCommittee_NotOpen'
    }
  }, signal)
}
