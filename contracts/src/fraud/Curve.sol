// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IProof} from "../interfaces/IProof.sol";

/// @title Whether signatures over secp256k1 hold
/// @notice Equal to `protocol/src/signing/verifier.ts`. A failing precompile reverts: only its answer decides.
library Curve {
    uint256 private constant FIELD = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint256 private constant HALF_ORDER = ORDER / 2;

    /// @notice Whether the point with x `key` and even y signed `digest`.
    /// @param hint A y with y² = x³ + 7; or one with y² = −(x³ + 7), which shows that no point has this x, for −1 is no
    /// square. An x at or above the field's order verifies nothing whatever the hint.
    function holdsForMember(bytes32 key, uint256 hint, bytes32 digest, bytes32 r, bytes32 s)
        internal
        view
        returns (bool)
    {
        uint256 x = uint256(key);
        if (x >= FIELD) return false;
        uint256 square = addmod(mulmod(x, mulmod(x, x, FIELD), FIELD), 7, FIELD);
        uint256 shown = mulmod(hint, hint, FIELD);
        if (shown == FIELD - square) return false;
        if (hint >= FIELD || shown != square) revert IProof.Proof_WrongHint(hint);
        uint256 y = hint & 1 == 0 ? hint : FIELD - hint;
        // The rightmost 20 bytes of the point's hash are its address.
        return _recovers(address(uint160(uint256(keccak256(abi.encode(x, y))))), digest, r, s);
    }

    /// @notice Whether `owner` signed `digest`; never for the zero address.
    function holdsForOwner(address owner, bytes32 digest, bytes32 r, bytes32 s) internal view returns (bool) {
        return owner != address(0) && _recovers(owner, digest, r, s);
    }

    function _recovers(address signer, bytes32 digest, bytes32 r, bytes32 s) private view returns (bool) {
        if (uint256(r) == 0 || uint256(r) >= ORDER || uint256(s) == 0 || uint256(s) > HALF_ORDER) return false;
        return _recover(digest, 27, r, s) == signer || _recover(digest, 28, r, s) == signer;
    }

    /// @dev The zero address where the precompile answers nothing.
    function _recover(bytes32 digest, uint256 v, bytes32 r, bytes32 s) private view returns (address signer) {
        bool answered;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let pointer := mload(0x40)
            mstore(pointer, digest)
            mstore(add(pointer, 0x20), v)
            mstore(add(pointer, 0x40), r)
            mstore(add(pointer, 0x60), s)
            mstore(0x00, 0)
            answered := staticcall(gas(), 1, pointer, 0x80, 0x00, 0x20)
            if eq(returndatasize(), 0x20) { signer := mload(0x00) }
        }
        if (!answered) revert IProof.Proof_RecoveryFailed();
    }
}
