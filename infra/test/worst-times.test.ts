import { describe, expect, test } from 'vitest'
import { checkWindows, type Preset, presets, worstTimes } from '../src/index.ts'

const hours = 3600
const { production } = presets
const spoilt = (change: (preset: Preset) => Partial<Preset>): Preset => ({ ...production, ...change(production) })

describe('worst times', () => {
  test('worst times › of production are those of the design, in hours', () => {
    const times = worstTimes(production, production.forcedInclusion)
    expect(Object.fromEntries(Object.entries(times).map(([name, seconds]) => [name, seconds / hours]))).toEqual({
      finality: 180,
      provenWrong: 12,
      unanswered: 54,
      answered: 126,
      exit: 216,
      exitBySilence: 276,
      upgradeMargin: 444,
    })
  })

  test('worst times › nobody is outlasted by the presets', () => {
    for (const preset of Object.values(presets)) expect(() => checkWindows(preset)).not.toThrow()
  })

  test.each([
    ['windows.answer', 43_201, spoilt(({ windows }) => ({ windows: { ...windows, answer: 12 * hours } }))],
    ['windows.proof', 43_201, spoilt(({ windows }) => ({ windows: { ...windows, proof: 12 * hours } }))],
    ['windows.challenge', 43_201, spoilt(({ windows }) => ({ windows: { ...windows, challenge: 12 * hours } }))],
    ['windows.challenge', 120 * hours, spoilt(({ windows }) => ({ windows: { ...windows, challenge: 119 * hours } }))],
    ['windows.data', 114 * hours, spoilt(({ windows }) => ({ windows: { ...windows, data: 114 * hours - 1 } }))],
    ['contest.notice', 12 * hours, spoilt(({ contest }) => ({ contest: { ...contest, notice: 11 * hours } }))],
    [
      'committee.maxRetention',
      252 * hours,
      spoilt(({ committee }) => ({ committee: { ...committee, maxRetention: 252 * hours - 1 } })),
    ],
    [
      'committee.maxRetention',
      86_410,
      spoilt(() => ({ ...presets.dev, committee: { ...presets.dev.committee, maxRetention: 86_409 } })),
    ],
    ['upgradeNotice', 276 * hours, spoilt(() => ({ upgradeNotice: 276 * hours - 1 }))],
  ])('worst times › %s below %d seconds is refused', (field, minimum, preset) => {
    expect(() => checkWindows(preset)).toThrowError(
      expect.objectContaining({ fault: expect.objectContaining({ code: 'WINDOW_TOO_SHORT', field, minimum }) }),
    )
  })
})
