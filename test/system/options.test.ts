import { describe, expect, test } from 'vitest'
import { choice, text, toggle, valuesOf, whole } from '../src/options.ts'

const options = {
  inputs: whole('Inputs.', 20_000, { minimum: 1, maximum: 500 }),
  da: choice('Layer.', ['local', 'ethereum-blobs'], 'local'),
  only: text('Name.', ''),
  seed: whole('Seed.', undefined),
  keep: toggle('Keep.'),
}

describe('options of development commands', () => {
  test('are what is left out, or what is given', () => {
    expect(valuesOf(options, [])).toEqual({ inputs: 20_000, da: 'local', only: '', seed: undefined, keep: false })
    expect(
      valuesOf(options, ['--inputs', '500', '--da=ethereum-blobs', '--only', 'x', '--seed', '0', '--keep']),
    ).toEqual({ inputs: 500, da: 'ethereum-blobs', only: 'x', seed: 0, keep: true })
  })

  test.each<[args: string[], message: string]>([
    [['--inputs', '0'], '--inputs takes a whole number from 1 to 500, not 0'],
    [['--inputs', '501'], '--inputs takes a whole number from 1 to 500, not 501'],
    [['--inputs', '1.5'], '--inputs takes a whole number from 1 to 500, not 1.5'],
    [['--da', 'celestia'], '--da takes local, ethereum-blobs, not celestia'],
    [['--output', 'x'], "Unknown option '--output'"],
    [['x'], "Unexpected argument 'x'"],
  ])('%j is refused by name and bound', (args, message) => {
    expect(() => valuesOf(options, args)).toThrow(message)
  })

  test('help is asked for by --help', () => {
    expect(valuesOf(options, ['--help'])).toBeUndefined()
  })
})
