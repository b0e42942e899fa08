import { parseArgs } from 'node:util'

/** An option of a development command; without `read` it is a switch. */
export interface Option<T> {
  readonly about: string
  readonly fallback: T
  readonly read?: (text: string) => T | undefined
  /** What `read` takes. */
  readonly takes?: string
}

type Values<O> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never }

const largest = 999_999_999

export function toggle(about: string): Option<boolean> {
  return { about, fallback: false }
}

export function text(about: string, fallback: string): Option<string> {
  return { about, fallback, read: (given) => given, takes: 'a text' }
}

export function whole<T extends number | undefined>(
  about: string,
  fallback: T,
  { minimum = 0, maximum = largest } = {},
): Option<number | T> {
  const read = (text: string): number | undefined => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : -1
    return value >= minimum && value <= maximum ? value : undefined
  }
  return { about, fallback, read, takes: `a whole number from ${minimum} to ${maximum}` }
}

export function choice<const V extends string, T extends V | undefined>(
  about: string,
  values: readonly V[],
  fallback: T,
): Option<V | T> {
  return { about, fallback, read: (text) => values.find((value) => value === text), takes: values.join(', ') }
}

/**
 * The options that a command was given. It ends the process with 0 after `--help`, and with 2 after naming the option that
 * cannot be taken and what could.
 * @param command as it is typed, `npm run fuzz --`
 */
export function optionsOf<O extends Readonly<Record<string, Option<unknown>>>>(
  command: string,
  about: string,
  options: O,
  args: readonly string[] = process.argv.slice(2),
): Values<O> {
  try {
    return valuesOf(options, args) ?? end(0, help(command, about, options))
  } catch (error) {
    return end(2, `${(error as Error).message}\nSee ${command} --help\n`)
  }
}

/** Undefined when help is asked for. @throws {TypeError} when an option is unknown, {RangeError} when its value is. */
export function valuesOf<O extends Readonly<Record<string, Option<unknown>>>>(
  options: O,
  args: readonly string[],
): Values<O> | undefined {
  const typeOf = ({ read }: Option<unknown>): 'boolean' | 'string' => (read === undefined ? 'boolean' : 'string')
  const known = Object.entries(options).map(([name, option]) => [name, { type: typeOf(option) }] as const)
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries([...known, ['help', { type: 'boolean' }]]),
  })
  if (values.help === true) return undefined
  const found = Object.entries(options).map(([name, option]) => [name, taken(name, option, values[name])])
  return Object.fromEntries(found) as Values<O>
}

function taken(name: string, { fallback, read, takes }: Option<unknown>, given: string | boolean | undefined): unknown {
  if (given === undefined) return fallback
  if (read === undefined) return given
  const value = read(String(given))
  if (value === undefined) throw new RangeError(`--${name} takes ${takes}, not ${given}`)
  return value
}

function help(command: string, about: string, options: Readonly<Record<string, Option<unknown>>>): string {
  const lines = Object.entries(options).map(([name, { about, fallback, takes }]) => {
    const left = takes === undefined ? `--${name}` : `--${name} <value>`
    const given = takes === undefined || fallback === undefined || fallback === '' ? '' : ` Default ${fallback}.`
    return `  ${left.padEnd(20)} ${about}${takes === undefined ? '' : ` Takes ${takes}.`}${given}\n`
  })
  return `${about}\n\nUsage: ${command} [options]\n\n${lines.join('')}  ${'--help'.padEnd(20)} Print this.\n`
}

function end(code: number, text: string): never {
  ;(code === 0 ? process.stdout : process.stderr).write(text)
  process.exit(code)
}
