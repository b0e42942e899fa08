/** A bug in the sources and the regression that must find it. */
export interface PlantedFault {
  readonly name: string
  /** Beginning of the test's name. */
  readonly test: string
  readonly file: string
  readonly find: string
  readonly replace: string
}

export const plantedFaults: readonly PlantedFault[] = [
  {
    name: 'members encrypt while a removed one has a leaf',
    test: 'removal › a removed member reads nothing',
    file: 'src/engine/make.ts',
    find: 'if (stale.length > 0)',
    replace: 'if (stale.length > 99)',
  },
  {
    name: 'the library’s check of unmerged leaves',
    test: 'join › the four-commit join',
    file: 'src/mls/tree.ts',
    find: '!other.parent.unmergedLeaves.includes(leaf)',
    replace: 'other.parent.unmergedLeaves.join() !== node.parent.unmergedLeaves.join()',
  },
  {
    name: 'a former leaf is taken for granted',
    test: 'rejoin › resync without leaf',
    file: 'src/engine/make.ts',
    find: 'if (former !== undefined && former.claim.slot !== slot)',
    replace: 'if (former?.claim.slot !== slot)',
  },
  {
    name: 'a leaf may speak under any slot',
    test: 'copy › copy before original',
    file: 'src/engine/judge.ts',
    find: 'if (leaf.claim.slot !== slot)',
    replace: 'if (leaf.claim.slot === 99)',
  },
  {
    name: 'nobody checks who signed for a leaf',
    test: 'ghost › ghost by an admin',
    file: 'src/mls/slot-claim.ts',
    find: 'return portableVerifier.verifyMember(claim.slotKey, claimDigest(claim, context), claim.proof)',
    replace: 'return claimDigest(claim, context).length === 32 && portableVerifier.name !== ""',
  },
  {
    name: 'a commit whose secrets do not fit is ignored',
    test: 'insider › poisoned path secret',
    file: 'src/engine/judge.ts',
    find: "return { kind: 'gap', reason: 'private' }\n  }\n}",
    replace: "return { kind: 'refused', reason: 'private' }\n  }\n}",
  },
  {
    name: 'what is missing is passed over',
    test: 'gap › digest of nothing',
    file: 'src/engine/evaluate.ts',
    find: "{ gap: 'missing' }",
    replace: "'done'",
  },
  {
    name: 'who went by a skipped commit goes on',
    test: 'skip › skip of an applied commit, 1 epochs later',
    file: 'src/engine/take.ts',
    find: 'member?.applied.some(isNew) ?? false',
    replace: 'member === undefined && isNew(-1n)',
  },
  {
    name: 'only the last commit is looked at when one is skipped',
    test: 'skip › skip of an applied commit, 6 epochs later',
    file: 'src/engine/take.ts',
    find: 'member?.applied.some(isNew) ?? false',
    replace: 'member?.applied.slice(-1).some(isNew) ?? false',
  },
  {
    name: 'used keys are not stored before a message leaves',
    test: 'crash › same generation after a crash',
    file: 'src/conversation/conversation.ts',
    find: '...changes, state, intents:',
    replace: '...changes, state: { ...state, membership: this.held.stored.state.membership }, intents:',
  },
  {
    name: 'what was sent is sent again after a crash',
    test: 'crash › between the log and its entry',
    file: 'src/conversation/post.ts',
    find: 'if (nonce === undefined || now.nonce === nonce) return true',
    replace: 'if (nonce === undefined || now.nonce >= nonce) return true',
  },
  {
    name: 'a skip after a GroupInfo was made is passed over',
    test: 'snapshot › skip between a GroupInfo and its commit',
    file: 'src/engine/voided.ts',
    find: 'at >= asOf && hasAny',
    replace: 'at < asOf && hasAny',
  },
  {
    name: 'of a Welcome only the commit itself is looked for among void entries',
    test: 'snapshot › skip between a commit and its Welcome',
    file: 'src/engine/evaluate.ts',
    find: 'isOutdated(draft.state.voided, commit + 1n)',
    replace: 'draft.state.voided.some(({ from, to }) => commit >= from && commit < to)',
  },
  {
    name: 'an own commit that was given up is forgotten',
    test: 'snapshot › own commit given up',
    file: 'src/engine/evaluate.ts',
    find: "draft.refuse(item, fault)\n    return 'wait'",
    replace: "draft.refuse(item, fault)\n    return 'done'",
  },
  {
    name: 'what was dealt with before keys were given up counts as known',
    test: 'snapshot › GroupInfo from before',
    file: 'src/engine/draft.ts',
    find: 'keptFrom: this.state.record.cursor.messages,',
    replace: '',
  },
  {
    name: 'what was said with keys that were given up is left to its fate',
    test: 'snapshot › what was said with keys',
    file: 'src/engine/draft.ts',
    find: 'orphaned: true',
    replace: '',
  },
  {
    name: 'who went by a skip that is no more goes on',
    test: 'lineage › a skip is no more',
    file: 'src/engine/take.ts',
    find: '(isLess || member',
    replace: '(member',
  },
  {
    name: 'who tried to join by a commit that does not count is left alone',
    test: 'stranded › an old GroupInfo with a recent place',
    file: 'src/engine/evaluate.ts',
    find: "if (kind === 'external' && slot !== draft.state.slot) draft",
    replace: "if (kind === 'external' && slot === draft.state.slot) draft",
  },
  {
    name: 'a later GroupInfo of another member says nothing',
    test: 'stranded › an old GroupInfo with a recent place',
    file: 'src/conversation/follow.ts',
    find: 'if (!(await taking.budget(isElsewhere(state, answer.info, held.suite)))) return []',
    replace: 'if (await taking.budget(isElsewhere(state, answer.info, held.suite))) return []',
  },
  {
    name: 'what is said in a group of nobody else is forgotten',
    test: 'stranded › an old GroupInfo with a recent place',
    file: 'src/engine/draft.ts',
    find: '{ position, plaintext }] })',
    replace: '] })',
  },
  {
    name: 'one slot is believed whatever others say',
    test: 'stranded › two whom it cannot read',
    file: 'src/engine/draft.ts',
    find: 'this.distrust()\n    return true',
    replace: 'return false',
  },
  {
    name: 'key packages are left to the library',
    test: 'packages › several bad ones in one commit',
    file: 'src/mls/commit.ts',
    find: 'await assertPackages(added, groupContext, suite)',
    replace: 'void assertPackages',
  },
]
