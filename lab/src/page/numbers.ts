const exact = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })

/** A figure as tables show it: four digits that count, and all before the decimal point. */
export function tableNumber(value: number): string {
  return (Math.abs(value) < 1_000 ? exact : whole).format(value)
}

/** A figure as axes show it, such as `20K`. */
export function axisNumber(value: number): string {
  return (Math.abs(value) < 10_000 ? exact : compact).format(value)
}
