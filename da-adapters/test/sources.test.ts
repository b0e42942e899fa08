import { DaError } from '@parley/protocol'
import { createSources } from '@parley/runtime'
import { ManualClock } from '@parley/runtime/testing'
import { describe, expect, test } from 'vitest'
import { firstAnswer } from '../src/sources.ts'
import { faultOf } from './support/faults.ts'

const signal = new AbortController().signal
const twoSources = () => ({ sources: createSources([{ name: 'first' }, { name: 'second' }], new ManualClock()) })

describe('sources', () => {
  test('question › goes to the next when one does not answer, and says of all what they said', async () => {
    const { sources } = twoSources()
    const away = (name: string) => new DaError({ code: 'DA_UNAVAILABLE', layer: 'x', reason: `${name} is away` })
    const ask = (up: string) =>
      firstAnswer('x', sources, async ({ name }) => (name === up ? name : Promise.reject(away(name))), signal)
    expect(await ask('second')).toBe('second')
    expect(await faultOf(ask('none'))).toMatchObject({
      code: 'DA_UNAVAILABLE',
      reason: 'first is away; second is away',
    })
  })

  test('question › ends with any other fault, which the next would answer as well', async () => {
    const { sources } = twoSources()
    const refused = new DaError({ code: 'DA_REFUSED', layer: 'x', reason: 'never' })
    const asked: string[] = []
    const answer = firstAnswer(
      'x',
      sources,
      async ({ name }) => {
        asked.push(name)
        throw refused
      },
      signal,
    )
    expect(await faultOf(answer)).toMatchObject({ code: 'DA_REFUSED' })
    expect(asked).toEqual(['first'])
  })
})
