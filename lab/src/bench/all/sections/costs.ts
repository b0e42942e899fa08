import type { CategoryPlot, Table } from '../../../page/page.ts'
import { type Check, type Shown, sentence } from '../../check.ts'
import type { DaReport, DaResult } from '../../da/bench-da.ts'
import { columnNames } from '../../da/columns.ts'
import type { SettlementReport } from '../../settlement/bench-settlement.ts'

const whole = new Intl.NumberFormat('en')

const fine = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 })

/** Prices in words, the figure last. */
const priceWords: Readonly<Record<string, string>> = {
  etherUsd: 'dollars per ether:',
  l1GasGwei: 'gwei per gas of the L1:',
  blobGasGwei: 'gwei per gas of blobs:',
  tiaUsd: 'dollars per TIA:',
  celestiaGasUtia: 'utia per gas of Celestia:',
  l2GasGwei: 'gwei per gas of the L2:',
  eigenSymbolWei: 'wei per symbol of 32 bytes of EigenDA, behind alt-da:',
  storageUsd: 'dollars per gigabyte and month at a member of the committee:',
  egressUsd: 'dollars per gigabyte that it serves:',
}

export function showDa(report: DaReport): Shown {
  const { bounds, results, workload, prices } = report
  const block = results.find(({ messagesPerSecond }) => messagesPerSecond === null)
  const checks: Check[] =
    block === undefined
      ? []
      : (['core', 'all'] as const).map((part) => ({
          id: `da.${part}`,
          what: `bytes a message, ${part === 'all' ? 'all in' : part}, at ${bounds.messagesPerBlock} messages a block`,
          value: block.bytesPerMessage[part],
          bound: bounds[part],
          kind: 'at most' as const,
        }))
  const stated = Object.entries(prices).map(([key, price]) => `${priceWords[key] ?? key} ${fine.format(price)}`)
  return {
    section: {
      title: 'Data availability',
      text: [`${sentence(workload)}; sealed, batched and encoded as in use. Prices are inputs: ${stated.join(', ')}.`],
      parts: [bytesByColumn(report), capacity(report), cost(report), bytesTable(results)],
    },
    checks,
  }
}

const rates = (results: readonly DaResult[]): DaResult[] =>
  results.filter(({ messagesPerSecond }) => messagesPerSecond !== null)

const rateNames = (results: readonly DaResult[]): string[] =>
  rates(results).map(({ messagesPerSecond }) => whole.format(messagesPerSecond as number))

function bytesByColumn({ results, bounds }: DaReport): CategoryPlot {
  return {
    kind: 'stacked-bars',
    caption: 'Bytes per message on DA by column',
    x: 'messages per second',
    categories: rateNames(results),
    y: { label: 'bytes', scale: 'linear' },
    limit: { label: `${bounds.all} bytes`, at: bounds.all },
    series: columnNames.map((name) => ({
      name,
      points: rates(results).map(({ bytesPerMessage }) => bytesPerMessage[name]),
    })),
  }
}

function capacity({ layers }: DaReport): CategoryPlot {
  const bounded = layers.filter(({ messagesPerSecond }) => messagesPerSecond !== null)
  const of = (part: 'all' | 'core', rate: 'sustained' | 'most') =>
    bounded.map(({ messagesPerSecond }) => messagesPerSecond?.[part][rate])
  return {
    kind: 'bars',
    caption: 'DA capacity: messages per second that a whole layer carries',
    x: 'layer',
    categories: bounded.map(({ layer }) => layer),
    y: { label: 'messages per second', scale: 'log' },
    series: [
      { name: 'both parts, sustained', points: of('all', 'sustained') },
      { name: 'both parts, at most', points: of('all', 'most') },
      { name: 'core alone, sustained', points: of('core', 'sustained') },
    ],
  }
}

function cost({ results, layers }: DaReport): CategoryPlot {
  const paid = layers.filter(({ layer }) => results.some(({ dollarsPerMillion }) => dollarsPerMillion[layer] > 0))
  return {
    kind: 'category-lines',
    caption: 'Dollars for a million messages on DA, batched every five seconds',
    x: 'messages per second',
    categories: rateNames(results),
    y: { label: 'dollars', scale: 'log' },
    series: paid.map(({ layer }) => ({
      name: layer,
      points: rates(results).map(({ dollarsPerMillion }) => dollarsPerMillion[layer]),
    })),
  }
}

function bytesTable(results: readonly DaResult[]): Table {
  return {
    kind: 'table',
    caption: 'Bytes per message by rate, and what deflating saved',
    columns: ['messages per second', 'messages per block', ...columnNames, 'core', 'all', 'saved'],
    rows: results.map(({ messagesPerSecond, messagesPerBlock, bytesPerMessage }) => [
      messagesPerSecond === null ? 'blocks of one size' : whole.format(messagesPerSecond),
      messagesPerBlock,
      ...columnNames.map((name) => bytesPerMessage[name]),
      bytesPerMessage.core,
      bytesPerMessage.all,
      bytesPerMessage.saved,
    ]),
  }
}

export function showSettlement({ results, bound, workload, finalizeGasTogether }: SettlementReport): Shown {
  const layers = [...new Set(results.map(({ layer }) => layer))]
  const sizes = [...new Set(results.map(({ messagesPerBatch }) => messagesPerBatch))]
  const dearest = Math.max(
    ...results
      .filter(({ messagesPerBatch }) => messagesPerBatch === bound.messagesPerBatch)
      .map(({ gasPerMessage }) => gasPerMessage),
  )
  return {
    section: {
      title: 'Settlement',
      text: [
        `${sentence(workload)}. Made final together, a claim’s finality costs ${whole.format(finalizeGasTogether)} gas.`,
      ],
      parts: [
        {
          kind: 'lines',
          caption: 'L2 gas per message by batch size, finality included',
          x: { label: 'messages a batch', scale: 'log' },
          y: { label: 'gas', scale: 'log' },
          limit: { label: `${bound.gasPerMessage} gas`, at: bound.gasPerMessage },
          series: layers.map((layer) => ({
            name: layer,
            points: sizes.map((size) => {
              const found = results.find((each) => each.layer === layer && each.messagesPerBatch === size)
              return [size, found?.gasPerMessage] as const
            }),
          })),
        },
        {
          kind: 'table',
          caption: 'Claims',
          columns: ['layer', 'messages a batch', 'gas of the claim', 'gas of finality', 'bytes of the call'],
          rows: results.map((each) => [
            each.published ? each.layer : `${each.layer} (stand-in pointers)`,
            each.messagesPerBatch,
            each.claimGas,
            each.finalizeGas,
            each.claimBytes,
          ]),
        },
      ],
    },
    checks: Number.isFinite(dearest)
      ? [
          {
            id: 'settlement.gas',
            what: `gas a message at ${whole.format(bound.messagesPerBatch)} a batch, on the dearest layer`,
            value: dearest,
            bound: bound.gasPerMessage,
            kind: 'at most',
          },
        ]
      : [],
  }
}
