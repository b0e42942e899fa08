export type { Axis, CategoryPlot, LinePlot, Page, Plot, Section, Table, Value } from './page.ts'
export { renderPage } from './render-page.ts'
