import { quoteInvite } from '@parley/client'
import { excessCap, executionPrice, messageCharge, price } from '@parley/protocol'
import { type Hex, numberToHex } from 'viem'
import { interest } from '../spam/books.ts'
import type { Cost } from './identities.ts'
import type { Stage } from './stage.ts'

/** Wei of one mwei. */
const mwei = 10n ** 6n

/** What a consumer pays who pays for itself, and what a unit of a gateway's allowance is worth to who has it. */
export interface Worth {
  readonly consumer: {
    /** One message on the L3, at rest and at the highest price of a flooded shard. */
    readonly messageWei: bigint
    readonly messageHighestWei: bigint
    /** The same with its share of a registration. */
    readonly messageAndRegistrationWei: number
    readonly registrationWei: bigint
    /** One invite by a consumer of full repute into a quiet inbox. */
    readonly inviteWei: bigint
  }
  readonly unit: {
    /** What it adds to allowances at most: as funds, or by a conversation that is created. */
    readonly wei: bigint
    readonly messages: number
    readonly invites: number
    readonly by: 'funds' | 'conversation'
  }
}

export async function worthOf(stage: Stage): Promise<Worth> {
  const { preset, settings } = stage
  const { fees, prices, market, consumerMessagesPerDay } = preset
  const at = (excess: bigint): bigint => mwei * price(messageCharge, executionPrice(excess, fees), prices)
  const messageWei = at(0n)
  const registrationWei = market.contracts.registrationFee
  const life = market.behaviour.lifeDays * consumerMessagesPerDay
  const funds = BigInt(settings.unitMwei)
  const created =
    settings.conversationUnits === 0 ? 0n : BigInt(settings.maxAllowance) / BigInt(settings.conversationUnits)
  const wei = mwei * (created > funds ? created : funds)
  return {
    consumer: {
      messageWei,
      messageHighestWei: at(excessCap(fees)),
      messageAndRegistrationWei: Number(messageWei) + Number(registrationWei) / life,
      registrationWei,
      inviteWei: await consumersInvite(stage),
    },
    unit: {
      wei,
      messages: Number(wei / messageWei),
      invites: settings.inviteUnits === 0 ? 0 : 1 / settings.inviteUnits,
      by: created > funds ? 'conversation' : 'funds',
    },
  }
}

const anyContent: Hex = numberToHex(1n, { size: 32 })

async function consumersInvite(stage: Stage): Promise<bigint> {
  const { client, market, preset } = stage
  const { address: sender } = stage.nextAccount()
  const fee = preset.market.contracts.registrationFee
  await stage.done([market.directory.call(sender, 'register', [[]], fee)])
  await stage.pass(preset.market.contracts.reputation.maturity)
  const [recipient] = market.inboxes as readonly [Hex]
  const quote = await quoteInvite(client, { inbox: market.inbox.address, sender, recipient, contentDigest: anyContent })
  return quote.fee
}

/** Wei that an identity costs in so many days of use: what is gone, and what its stake would have earned elsewhere. */
export function paidIn(cost: Cost, days: number, percentPerYear: number): bigint {
  const boundSeconds = BigInt(days * 86_400 + cost.boundAfterSeconds)
  return cost.feesWei + cost.gasWei + interest(cost.boundWei, boundSeconds, percentPerYear)
}
