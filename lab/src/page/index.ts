export type { Axis, CategoryPlot, LinePlot, Page, Plot, Section, Span, Table, Value } from './page.ts'
export { renderPage } from './render-page.ts'
