import {
  decayedExcess,
  excessCap,
  executionPrice,
  type FeeParameters,
  fakeExponential,
  grownExcess,
  messageCharge,
  type Operation,
  OperationKind,
  operationCharge,
  price,
} from '@parley/protocol'
import { config } from './people.ts'
import { pricesJson } from './render.ts'

const markets: readonly FeeParameters[] = [
  { minPrice: 1n, target: 1n, fraction: 1n },
  { minPrice: 10n, target: 1_000n, fraction: 400n },
  { minPrice: 1_000n, target: 500n, fraction: 8_000n },
  { minPrice: 2n ** 40n, target: 2n ** 32n, fraction: 2n ** 32n },
]

const text = (fees: FeeParameters) => ({
  minPrice: fees.minPrice.toString(),
  target: fees.target.toString(),
  fraction: fees.fraction.toString(),
})

function pricePoints() {
  return markets.flatMap((fees) => {
    const cap = excessCap(fees)
    const points = [0n, 1n, cap / 10n, cap / 5n, cap / 2n, (cap * 83n) / 100n, (cap * 84n) / 100n, cap - 1n, cap]
    return points.map((excess) => ({
      fees: text(fees),
      excess: excess.toString(),
      price: executionPrice(excess, fees).toString(),
    }))
  })
}

function decayPoints() {
  return markets.flatMap((fees) =>
    [0n, 1n, 249n, 250n, 999n, 1_000n, 86_400_000n].map((elapsed) => ({
      fees: text(fees),
      excess: excessCap(fees).toString(),
      feeTime: '1700000000000',
      timestamp: (1_700_000_000_000n + elapsed).toString(),
      decayed: decayedExcess(excessCap(fees), 1_700_000_000_000n, 1_700_000_000_000n + elapsed, fees).toString(),
    })),
  )
}

function growthPoints() {
  return markets.flatMap((fees) => {
    const cap = excessCap(fees)
    return [
      [0n, 32n],
      [cap - 1n, 1n],
      [cap - 1n, 32n],
      [cap, 34n],
    ].map(([excess, units]) => ({
      fees: text(fees),
      excess: excess!.toString(),
      units: units!.toString(),
      grown: grownExcess(excess!, units!, fees).toString(),
    }))
  })
}

const entries = (count: number) =>
  Array.from({ length: count }, () => ({ slot: 0, role: 1, key: new Uint8Array(32), allowance: 0n, priceLimit: 0n }))
const place = { shard: 0, account: 0, nonce: 0n, conversation: 0, member: 0, amount: 0n, priceLimit: 0n }
const creation = (count: number): Operation => ({
  selector: OperationKind.createConversation,
  value: {
    ...place,
    salt: new Uint8Array(32),
    members: Array.from({ length: count }, () => ({ key: new Uint8Array(32), role: 2, allowance: 0n, priceLimit: 0n })),
  },
})
const change = (remove: number, roles: number, add: number, exchange = 0): Operation => ({
  selector: OperationKind.changeMembers,
  value: {
    ...place,
    epoch: 0n,
    signer: 0,
    remove: entries(remove),
    roles: entries(roles),
    add: entries(add),
    exchange: entries(exchange),
  },
})

function charges() {
  const rows = [
    { name: 'message', charge: messageCharge },
    { name: 'create 1', charge: operationCharge(creation(1)) },
    { name: 'create 16', charge: operationCharge(creation(16)) },
    { name: 'change 1 removed', charge: operationCharge(change(1, 0, 0)) },
    { name: 'change 1 role', charge: operationCharge(change(0, 1, 0)) },
    { name: 'change 1 added', charge: operationCharge(change(0, 0, 1)) },
    { name: 'change 5 removed, 5 roles, 6 added', charge: operationCharge(change(5, 5, 6)) },
    { name: 'change 1 exchanged', charge: operationCharge(change(0, 0, 0, 1)) },
    { name: 'change 5 removed, 5 roles, 5 added, 1 exchanged', charge: operationCharge(change(5, 5, 5, 1)) },
    { name: 'fund', charge: operationCharge({ selector: OperationKind.fund, value: place }) },
    { name: 'reclaim', charge: operationCharge({ selector: OperationKind.reclaim, value: place }) },
    { name: 'withdraw', charge: operationCharge({ selector: OperationKind.withdraw, value: place }) },
  ]
  const { prices } = config.genesis
  return rows.map(({ name, charge }) => ({
    name,
    weight: charge.weight.toString(),
    coreBytes: charge.coreBytes.toString(),
    witnessBytes: charge.witnessBytes.toString(),
    stateBytes: charge.stateBytes.toString(),
    executionPrice: '13',
    prices: pricesJson(prices),
    price: price(charge, 13n, prices).toString(),
  }))
}

function exponentials() {
  const rows = [
    [1n, 0n, 1n],
    [38_493n, 0n, 1_000n],
    [0n, 1_234n, 2_345n],
    [1n, 2n, 1n],
    [1n, 6n, 2n],
    [10n, 8n, 2n],
    [1n, 5n, 2n],
    [1n, 50_000_000n, 2_225_652n],
  ] as const
  return rows.map(([factor, numerator, denominator]) => ({
    factor: factor.toString(),
    numerator: numerator.toString(),
    denominator: denominator.toString(),
    result: fakeExponential(factor, numerator, denominator).toString(),
  }))
}

/** The file `test/vectors/fees.json`. */
export const feeVectors = () => ({
  note: 'Prices in mwei, times in milliseconds, all as decimal text.',
  fakeExponential: exponentials(),
  executionPrice: pricePoints(),
  decayedExcess: decayPoints(),
  grownExcess: growthPoints(),
  charges: charges(),
})
