/** A value of a cell or a point; no number when it was not measured, as JSON has it or not. */
export type Value = number | null | undefined

export interface Table {
  readonly kind: 'table'
  readonly caption: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | Value)[])[]
}

export interface Axis {
  /** What it shows and in which unit. */
  readonly label: string
  readonly scale: 'linear' | 'log'
  /** Between whole numbers there is nothing. */
  readonly whole?: boolean
}

interface Series<Points> {
  readonly name: string
  readonly points: Points
}

interface Described {
  /** What is to be seen; also what a screen reader reads. */
  readonly caption: string
  /** Horizontal line with a meaning, such as a bound. */
  readonly limit?: { readonly label: string; readonly at: number }
}

/** Lines over a measured quantity. */
export interface LinePlot extends Described {
  readonly kind: 'lines'
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series<readonly (readonly [x: number, y: Value])[]>[]
}

/** What several measurements of one figure came to. */
export interface Span {
  readonly min: number
  readonly max: number
}

interface CategorySeries extends Series<readonly Value[]> {
  /** For each category, the span of the measurements that its point is the median of: drawn as a whisker. */
  readonly spans?: readonly (Span | undefined)[]
}

/** Lines or bars over named things. A series has one value a category; only one of several bars a category has spans. */
export interface CategoryPlot extends Described {
  readonly kind: 'bars' | 'stacked-bars' | 'category-lines'
  /** What the categories are. */
  readonly x: string
  readonly categories: readonly string[]
  readonly y: Axis
  readonly series: readonly CategorySeries[]
}

export type Plot = LinePlot | CategoryPlot

export interface Section {
  readonly title: string
  /** Paragraphs before the plots. */
  readonly text: readonly string[]
  readonly parts: readonly (Plot | Table)[]
}

/** What a report says, without any looks. */
export interface Page {
  readonly title: string
  readonly text: readonly string[]
  /** Under which circumstances the figures arose, as label and value. */
  readonly facts: readonly (readonly [label: string, value: string])[]
  readonly sections: readonly Section[]
}
