// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title What a committee's contract may do wrong
contract CommitteeStub {
    enum Behaviour {
        Accept,
        Refuse,
        Revert,
        BurnGas,
        TwoWords,
        HalfAWord,
        Nothing,
        Endless
    }

    Behaviour public behaviour;

    function behave(Behaviour next) external {
        behaviour = next;
    }

    function check(uint64, bytes calldata, bytes calldata) external view {
        Behaviour b = behaviour;
        if (b == Behaviour.Revert) revert();
        if (b == Behaviour.BurnGas) {
            for (uint256 i; i < type(uint256).max; ++i) {}
        }
        uint256 length = 32;
        if (b == Behaviour.TwoWords) length = 64;
        if (b == Behaviour.HalfAWord) length = 16;
        if (b == Behaviour.Nothing) length = 0;
        if (b == Behaviour.Endless) length = 200_000;
        uint256 word = b == Behaviour.Refuse ? 7 : 0;
        assembly {
            mstore(0, word)
            return(0, length)
        }
    }
}
