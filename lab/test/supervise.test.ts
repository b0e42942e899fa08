import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { supervise } from '../src/process/supervise.ts'
import { until } from './support/until.ts'

const lives = (pid: number): boolean => existsSync(`/proc/${pid}`)

describe('supervise', () => {
  test('supervise › the command ends when its starter is killed with SIGKILL, even if it ignores SIGTERM', async () => {
    const starter = spawn(process.execPath, [fileURLToPath(new URL('support/starter.ts', import.meta.url))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(starter.stdout, 'data')
    const pid = Number(String(line))
    expect(lives(pid)).toBe(true)
    starter.kill('SIGKILL')
    await once(starter, 'exit')
    await until(() => !lives(pid))
  })

  test('supervise › stop ends the command with SIGTERM and can be called again', async () => {
    const child = await supervise({ command: 'sleep', args: ['1000'], stopGraceSeconds: 5 })
    await Promise.all([child.stop(), child.stop()])
    await child.stop()
    expect(await child.exited).toEqual({ code: 128 + 15, stopped: true })
    expect(lives(child.pid)).toBe(false)
  })

  test('supervise › stop kills what ignores SIGTERM once the grace is over', async () => {
    const child = await supervise({
      command: 'sh',
      args: ['-c', 'trap "" TERM; echo deaf; while :; do sleep 0.05; done'],
      stopGraceSeconds: 1,
    })
    await until(() => child.lastLines().includes('deaf'))
    await child.stop()
    expect(await child.exited).toEqual({ code: 128 + 9, stopped: true })
  })

  test('supervise › exited tells the code and the last lines of a command that ends by itself', async () => {
    const child = await supervise({ command: 'sh', args: ['-c', 'echo why; exit 3'], stopGraceSeconds: 1 })
    expect(await child.exited).toEqual({ code: 3, stopped: false })
    expect(child.lastLines()).toEqual(['why'])
  })

  test('supervise › the command ends although its supervisor was killed', async () => {
    const child = await supervise({ command: 'sleep', args: ['1000'], stopGraceSeconds: 1 })
    const parent = /PPid:\t(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]
    process.kill(Number(parent), 'SIGKILL')
    await child.exited
    await until(() => !lives(child.pid))
  })

  test('supervise › stop ends the command although its watcher was killed', async () => {
    const child = await supervise({ command: 'sleep', args: ['1000'], stopGraceSeconds: 1 })
    const parent = Number(/PPid:\t(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number)
    for (const pid of children) if (pid !== child.pid) process.kill(pid, 'SIGKILL')
    await child.stop()
    expect(await child.exited).toEqual({ code: 128 + 15, stopped: true })
    expect(lives(child.pid)).toBe(false)
  })

  test('supervise › the command ends although supervisor and watcher were killed', async () => {
    const child = await supervise({ command: 'sleep', args: ['1000'], stopGraceSeconds: 1 })
    const parent = Number(/PPid:\t(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number)
    for (const pid of [...children.filter((pid) => pid !== child.pid), parent]) process.kill(pid, 'SIGKILL')
    await child.exited
    await until(() => !lives(child.pid))
  })

  test.each([0, 61, 1.5])('supervise › refuses a grace of %s seconds', async (stopGraceSeconds) => {
    await expect(supervise({ command: 'true', args: [], stopGraceSeconds })).rejects.toMatchObject({
      fault: { code: 'OPTION_INVALID', field: 'stopGraceSeconds' },
    })
  })
})
