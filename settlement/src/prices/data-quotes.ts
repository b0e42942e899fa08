import { inboxAbi, rollupOperatorAbi } from '@parley/contracts'
import { ask } from '@parley/l2'
import { type Mwei, mwei, SettlementError } from '@parley/protocol'
import { openAccountSender, type SenderOptions } from '@parley/transactions'
import { type Address, encodeFunctionData, hexToBytes, isAddressEqual, type PublicClient } from 'viem'
import { connect, type ReaderOptions } from '../reader.ts'
import { describeRevert } from '../reverts.ts'
import type { SettlementDeps } from '../settlement.ts'
import { nextPrice } from './next-price.ts'
import { push } from './push.ts'

/** What a byte of each part of a batch costs on its layer. */
export interface DataCosts {
  readonly coreByte: Mwei
  readonly witnessByte: Mwei
}

/** Quotes the prices of data, where a deployment has them quoted. */
export interface DataQuotes {
  /** Bytes of the publication whose cost per byte is quoted: what a blob carries. */
  readonly bytes: number
  /**
   * Moves the prices of a byte of core and of witness towards `costs`, as far as the inbox takes it: once an interval, by an
   * eighth at most, within their bounds.
   * @returns whether a price item was queued.
   * @throws {TransactionError} what sending throws.
   */
  push(costs: DataCosts, signal: AbortSignal): Promise<boolean>
  close(): Promise<void>
}

export interface DataQuotesOptions extends ReaderOptions {
  readonly sending: SenderOptions
}

/**
 * Opens the deployment at `options.rollup` for its operator, or for the agent of the `RollupOperator` that is its operator.
 * Nothing else may send from that account.
 * @throws {SettlementError} `QUOTER_UNKNOWN`, `QUOTES_UNWANTED`, `DEPLOYMENT_UNKNOWN`, `SETTLEMENT_UNAVAILABLE`, `RECORD_INVALID`.
 */
export async function openDataQuotes(
  deps: SettlementDeps,
  options: DataQuotesOptions,
  signal: AbortSignal,
): Promise<DataQuotes> {
  const { client, contracts } = await connect(deps, options, signal)
  const { operator, priceRules: rules } = contracts
  if (!rules.dataQuoted) throw new SettlementError({ code: 'QUOTES_UNWANTED', inbox: hexToBytes(contracts.inbox) })
  const sender = await openAccountSender(
    { ...deps, describeRevert, metrics: deps.metrics.sending },
    options.sending,
    signal,
  )
  const close = (): Promise<void> => sender.close()
  const isOperator = isAddressEqual(operator, sender.address)
  if (!isOperator && !(await isAgent(client, operator, sender.address, signal))) {
    await close()
    throw new SettlementError({ code: 'QUOTER_UNKNOWN', address: hexToBytes(sender.address) })
  }
  const callOf = (core: Mwei, witness: Mwei) =>
    isOperator
      ? encodeFunctionData({ abi: inboxAbi, functionName: 'pushDataQuote', args: [core, witness] })
      : encodeFunctionData({
          abi: rollupOperatorAbi,
          functionName: 'pushDataQuote',
          args: [contracts.inbox, core, witness],
        })
  return {
    bytes: rules.bytesPerBlob,
    async push(costs, inner) {
      const call = { address: contracts.inbox, abi: inboxAbi, functionName: 'prices' } as const
      const prices = await ask(() => client.readContract(call), inner)
      const core = nextPrice(mwei(prices.coreByte), costs.coreByte, rules.minCoreByte, rules.maxCoreByte)
      const witness = nextPrice(mwei(prices.witnessByte), costs.witnessByte, rules.minWitnessByte, rules.maxWitnessByte)
      if (core === prices.coreByte && witness === prices.witnessByte) return false
      const to = isOperator ? contracts.inbox : operator
      return push(client, sender, { key: 'quotes', to, data: callOf(core, witness) }, inner)
    },
    close,
  }
}

/** Whether `operator` is a contract whose agent is `account`. */
async function isAgent(client: PublicClient, operator: Address, account: Address, signal: AbortSignal) {
  const code = await ask(() => client.getCode({ address: operator }), signal)
  if (code === undefined || code === '0x') return false
  const call = { address: operator, abi: rollupOperatorAbi, functionName: 'agent' } as const
  return isAddressEqual(await ask(() => client.readContract(call), signal), account)
}
