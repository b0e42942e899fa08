import type { Reporter, TestModule } from 'vitest/node'

/** Names each test that failed and then passed, with its first fault: what tests and product must not do goes under nowhere. */
export class SecondAttempts implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules)
      for (const test of module.children.allTests('passed')) {
        if (!test.diagnostic()?.flaky) continue
        const [first] = test.result().errors ?? []
        const fault = first?.message.split('\n').slice(0, 8).join('\n    ')
        console.log(`SECOND ATTEMPT ${module.relativeModuleId} > ${test.fullName}\n    ${fault}`)
      }
  }
}
