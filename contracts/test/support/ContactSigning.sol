// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IContactDirectory} from "../../src/interfaces/IContactDirectory.sol";
import {AttributeChange, Authorization} from "../../src/types/Contacts.sol";
import {Base} from "./Base.sol";

/// @title Signatures that a directory accepts, and what they are over
abstract contract ContactSigning is Base {
    uint256 internal constant START = 1_800_000_000;
    uint256 internal constant FEE = 0.001 ether;
    address internal constant GOVERNANCE = address(0x60);
    address internal constant TREASURY = address(0x74EA);
    bytes32 internal constant INSTALLATION = "did/pub/Ed25519/veriKey/hex";
    bytes32 internal constant FALLBACK = "did/pub/X25519/enc/hex";
    bytes32 internal constant SERVICE = "did/svc/Messaging";
    bytes32 internal constant WRITER = "parley/write";
    bytes internal constant KEY = hex"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    bytes internal constant OTHER_KEY = hex"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

    IContactDirectory internal directory;

    function none() internal pure returns (AttributeChange[] memory) {
        return new AttributeChange[](0);
    }

    function change(bytes32 name, bytes memory value, uint64 validity)
        internal
        pure
        returns (AttributeChange[] memory changes)
    {
        changes = new AttributeChange[](1);
        changes[0] = AttributeChange(name, value, validity);
    }

    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function authorization(uint256 key, bytes32 structHash, uint256 deadline)
        internal
        view
        returns (Authorization memory)
    {
        return Authorization(vm.addr(key), deadline, sign(key, digestOf(structHash)));
    }

    /// @dev EIP-712, written out.
    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        return digestOf(structHash, block.chainid, address(directory));
    }

    function digestOf(bytes32 structHash, uint256 chainId, address contract_) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Parley ContactDirectory"),
                keccak256("1"),
                chainId,
                contract_
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function ownerChange(address signer, address identity, address newOwner, uint256 nonce, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                keccak256(
                    "ChangeOwner(address signer,address identity,address newOwner,uint256 nonce,uint256 deadline)"
                ),
                signer,
                identity,
                newOwner,
                nonce,
                deadline
            )
        );
    }

    function delegateChange(
        address identity,
        bytes32 delegateType,
        address delegate,
        uint256 validity,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "ChangeDelegate(address signer,address identity,bytes32 delegateType,address delegate,uint256 validity,uint256 nonce,uint256 deadline)"
                ),
                identity,
                identity,
                delegateType,
                delegate,
                validity,
                nonce,
                deadline
            )
        );
    }

    function attributesChange(
        address signer,
        address identity,
        AttributeChange[] memory changes,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "ChangeAttributes(address signer,address identity,AttributeChange[] changes,uint256 nonce,uint256 deadline)AttributeChange(bytes32 name,bytes value,uint64 validity)"
                ),
                signer,
                identity,
                changesHash(changes),
                nonce,
                deadline
            )
        );
    }

    function registration(address signer, AttributeChange[] memory changes, uint256 nonce, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                keccak256(
                    "Register(address signer,AttributeChange[] changes,uint256 nonce,uint256 deadline)AttributeChange(bytes32 name,bytes value,uint64 validity)"
                ),
                signer,
                changesHash(changes),
                nonce,
                deadline
            )
        );
    }

    function changesHash(AttributeChange[] memory changes) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i; i < changes.length; ++i) {
            hashes = bytes.concat(
                hashes,
                keccak256(
                    abi.encode(
                        keccak256("AttributeChange(bytes32 name,bytes value,uint64 validity)"),
                        changes[i].name,
                        keccak256(changes[i].value),
                        changes[i].validity
                    )
                )
            );
        }
        return keccak256(hashes);
    }
}
