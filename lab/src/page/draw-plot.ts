import { BarChart, CustomChart, LineChart } from 'echarts/charts'
import { GridComponent, MarkLineComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { escapeHtml } from './escape.ts'
import { axisNumber } from './numbers.ts'
import type { Axis, CategoryPlot, LinePlot, Plot } from './page.ts'

/** Colour and stroke of the n-th series; told apart without colour as well, and seen on light and on dark. */
export const looks = [
  { color: '#3b82c4', dash: 'solid', symbol: 'circle' },
  { color: '#d9822b', dash: 'dashed', symbol: 'rect' },
  { color: '#2f9e77', dash: 'dotted', symbol: 'triangle' },
  { color: '#b65fb0', dash: 'solid', symbol: 'diamond' },
  { color: '#8a8f98', dash: 'dashed', symbol: 'circle' },
  { color: '#c94f4f', dash: 'dotted', symbol: 'rect' },
  { color: '#5b6bd6', dash: 'dotted', symbol: 'circle' },
  { color: '#b59a2b', dash: 'solid', symbol: 'rect' },
  { color: '#4fb3bf', dash: 'dashed', symbol: 'triangle' },
  { color: '#8c6d5a', dash: 'dotted', symbol: 'diamond' },
  { color: '#7aa642', dash: 'solid', symbol: 'triangle' },
  { color: '#d96b9a', dash: 'dashed', symbol: 'diamond' },
] as const

/** Drawn for a phone; wider screens show more plots in a row instead. */
const size = { width: 400, height: 300 }
/** The page's colours, which change with the reader's scheme. */
const ink = 'var(--ink)'
const faint = 'var(--faint)'
const accent = 'var(--limit)'
const font = { color: ink, fontSize: 13, fontFamily: 'inherit' }

/** Draws a plot as an SVG element that needs no script. */
export function drawPlot(plot: Plot): string {
  use([BarChart, CustomChart, LineChart, GridComponent, MarkLineComponent, SVGRenderer])
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size })
  try {
    chart.setOption(optionOf(plot))
    const svg = chart.renderToSVGString({ useViewBox: true })
    return svg.replace('<svg ', `<svg class="plot" role="img" aria-label="${escapeHtml(plot.caption)}" `)
  } finally {
    chart.dispose()
  }
}

function optionOf(plot: Plot): EChartsCoreOption {
  return {
    animation: false,
    silent: true,
    grid: { left: 8, right: 20, top: 34, bottom: 26 },
    xAxis: plot.kind === 'lines' ? valueAxis(plot.x, 'x') : categoryAxis(plot),
    yAxis: valueAxis(plot.y, 'y'),
    series: [...seriesOf(plot), ...whiskersOf(plot)],
  }
}

function valueAxis({ label, scale, whole }: Axis, side: 'x' | 'y'): object {
  return {
    type: scale === 'log' ? 'log' : 'value',
    // Only upwards must an axis keep its nought, or lengths would lie.
    ...(side === 'x' && { min: 'dataMin', max: 'dataMax' }),
    ...(whole && { minInterval: 1 }),
    ...named(scale === 'log' ? `${label}, logarithmic` : label, side),
    axisLabel: { ...font, formatter: axisNumber, hideOverlap: true },
    axisLine: { show: side === 'x', lineStyle: { color: faint } },
    axisTick: { lineStyle: { color: faint } },
    splitLine: { lineStyle: { color: faint, opacity: 0.5 } },
  }
}

function categoryAxis({ x, categories }: CategoryPlot): object {
  return {
    type: 'category',
    data: categories,
    ...named(x, 'x'),
    axisLabel: { ...font, interval: 0, width: (size.width - 80) / categories.length, overflow: 'break' },
    axisLine: { lineStyle: { color: faint } },
    axisTick: { show: false },
  }
}

function named(name: string, side: 'x' | 'y'): object {
  if (side === 'x') return { name, nameLocation: 'middle', nameGap: 26, nameTextStyle: font }
  return { name, nameLocation: 'end', nameGap: 14, nameTextStyle: { ...font, align: 'left', padding: [0, 0, 0, -30] } }
}

function seriesOf(plot: Plot): object[] {
  const marked = markOf(plot)
  return plot.series.map(({ name, points }, number) => {
    const { color, dash, symbol } = looks[number % looks.length] as (typeof looks)[number]
    const drawn = { name, data: points, itemStyle: { color }, ...(number === 0 && marked) }
    // A logarithmic axis has no nought for a bar to begin at: its length would mean nothing.
    if (plot.kind === 'bars' && plot.y.scale === 'log')
      return { ...drawn, type: 'line', symbol, symbolSize: 11, lineStyle: { opacity: 0 } }
    if (plot.kind === 'bars') return { ...drawn, type: 'bar', barMaxWidth: 48 }
    if (plot.kind === 'stacked-bars') return { ...drawn, type: 'bar', stack: 'all', barMaxWidth: 48 }
    return { ...drawn, type: 'line', symbol, symbolSize: 7, lineStyle: { color, type: dash, width: 2 } }
  })
}

/** From the smallest to the largest of what each point is the median of. */
function whiskersOf(plot: Plot): object[] {
  if (plot.kind === 'lines') return []
  return plot.series.flatMap(({ spans = [] }) => {
    const measured = spans.flatMap((span, at) => (span === undefined ? [] : [[at, span.min, span.max]]))
    return measured.length === 0 ? [] : [whiskers(measured)]
  })
}

const halfCap = 6

/** Of what ECharts hands to whoever draws a datum: its values, and where they are in pixels. */
interface Drawing {
  value(dimension: number): number
  coord(place: readonly [category: number, value: number]): readonly [x: number, y: number]
}

function whiskers(data: readonly (readonly number[])[]): object {
  const renderItem = (_: unknown, { coord, value }: Drawing): object => {
    const [x, low] = coord([value(0), value(1)])
    const [, high] = coord([value(0), value(2)])
    const line = (x1: number, y1: number, x2: number, y2: number): object => ({
      type: 'line',
      shape: { x1, y1, x2, y2 },
      style: { stroke: ink, lineWidth: 1.5 },
    })
    const cap = (y: number): object => line(x - halfCap, y, x + halfCap, y)
    return { type: 'group', children: [line(x, low, x, high), cap(low), cap(high)] }
  }
  // Over the bars, and within the axis.
  return { type: 'custom', renderItem, data, encode: { x: 0, y: [1, 2] }, z: 3 }
}

function markOf({ limit }: LinePlot | CategoryPlot): object {
  if (limit === undefined) return {}
  const label = { show: false }
  const lineStyle = { color: accent, type: 'dashed', width: 1.5 }
  return { markLine: { symbol: 'none', data: [{ yAxis: limit.at }], label, lineStyle } }
}
