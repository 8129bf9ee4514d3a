// SPDX-License-Identifier: GPL-3.0
/*
    Copyright 2021 0KIMS association.

    This file is generated with [snarkJS](https://github.com/iden3/snarkjs).

    snarkJS is a free software: you can redistribute it and/or modify it
    under the terms of the GNU General Public License as published by
    the Free Software Foundation, either version 3 of the License, or
    (at your option) any later version.

    snarkJS is distributed in the hope that it will be useful, but WITHOUT
    ANY WARRANTY; without even the implied warranty of MERCHANTABILITY
    or FITNESS FOR A PARTICULAR PURPOSE. See the GNU General Public
    License for more details.

    You should have received a copy of the GNU General Public License
    along with snarkJS. If not, see <https://www.gnu.org/licenses/>.
*/

pragma solidity >=0.7.0 <0.9.0;

contract HeartRateHourVerifier {
    // Scalar field size
    uint256 constant r    = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    // Base field size
    uint256 constant q   = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    // Verification Key data
    uint256 constant alphax  = 9545734393205387024769133134651172980450047284221742185606157130196314761019;
    uint256 constant alphay  = 10520357036787154010785331927333554401858838496027568359212587252573186325035;
    uint256 constant betax1  = 15396337976421147424167682378084774739248512305882479042434965700047074717042;
    uint256 constant betax2  = 5285424505068825474037957936803737510230653435075985488223194408956554947645;
    uint256 constant betay1  = 21796892558650602228853709779582509427355964680867560654068545276034822997911;
    uint256 constant betay2  = 3987595875148552289096573176571281086752849029202521575740536508004677898567;
    uint256 constant gammax1 = 9526650253095218063119702224889930915418570512761734979354356586398022465464;
    uint256 constant gammax2 = 19937999935393050329788463833028271396605259989161142873338244524752158729084;
    uint256 constant gammay1 = 10767725738689619268487422694936251940847668716848908960265892708422245625286;
    uint256 constant gammay2 = 11344271445513085703967057539326382296658501000945996839155015768457966778414;
    uint256 constant deltax1 = 19593800670565661416313158920136914888030082749583863570810219366901099163441;
    uint256 constant deltax2 = 15444235711796179536041434171424633457837696498677202808822091332436316733407;
    uint256 constant deltay1 = 10309092928869405090916230002260621586703313781642283979541983753798781933442;
    uint256 constant deltay2 = 503224977534463751743550669392188618307318280581421835313101507112901767108;

    
    uint256 constant IC0x = 18624687872472554690692194318732193208590675690890535281170677822926740236209;
    uint256 constant IC0y = 2218770548823891296106351293536716907681391361216194732665333077048748298953;
    
    uint256 constant IC1x = 9064633225391863010554218710327275595375230997769756540436289950727968780879;
    uint256 constant IC1y = 9298651034935338200451131470364417232367687291415196991307586934546874696458;
    
    uint256 constant IC2x = 13727923376337525459010989715814260527510467673353379933521083036569354807259;
    uint256 constant IC2y = 3802977482107373630961718018686459611490736760779357849389082624906324785189;
    
    uint256 constant IC3x = 13130802820831381113261516275629493044488860684301980753178314908117843838252;
    uint256 constant IC3y = 10441125967780026123493577665250604308098129110352928487538345564545727551995;
    
    uint256 constant IC4x = 7402915362268649423860732685606032942553283351452798521509513417550406087942;
    uint256 constant IC4y = 1260186598215129368573846901687419500503031213295709876917360730692096536960;
    
 
    // Memory data
    uint16 constant pVk = 0;
    uint16 constant pPairing = 128;

    uint16 constant pLastMem = 896;

    function verifyProof(uint[2] calldata _pA, uint[2][2] calldata _pB, uint[2] calldata _pC, uint[4] calldata _pubSignals) public view returns (bool) {
        assembly {
            function checkField(v) {
                if iszero(lt(v, r)) {
                    mstore(0, 0)
                    return(0, 0x20)
                }
            }
            
            // G1 function to multiply a G1 value(x,y) to value in an address
            function g1_mulAccC(pR, x, y, s) {
                let success
                let mIn := mload(0x40)
                mstore(mIn, x)
                mstore(add(mIn, 32), y)
                mstore(add(mIn, 64), s)

                success := staticcall(sub(gas(), 2000), 7, mIn, 96, mIn, 64)

                if iszero(success) {
                    mstore(0, 0)
                    return(0, 0x20)
                }

                mstore(add(mIn, 64), mload(pR))
                mstore(add(mIn, 96), mload(add(pR, 32)))

                success := staticcall(sub(gas(), 2000), 6, mIn, 128, pR, 64)

                if iszero(success) {
                    mstore(0, 0)
                    return(0, 0x20)
                }
            }

            function checkPairing(pA, pB, pC, pubSignals, pMem) -> isOk {
                let _pPairing := add(pMem, pPairing)
                let _pVk := add(pMem, pVk)

                mstore(_pVk, IC0x)
                mstore(add(_pVk, 32), IC0y)

                // Compute the linear combination vk_x
                
                g1_mulAccC(_pVk, IC1x, IC1y, calldataload(add(pubSignals, 0)))
                
                g1_mulAccC(_pVk, IC2x, IC2y, calldataload(add(pubSignals, 32)))
                
                g1_mulAccC(_pVk, IC3x, IC3y, calldataload(add(pubSignals, 64)))
                
                g1_mulAccC(_pVk, IC4x, IC4y, calldataload(add(pubSignals, 96)))
                

                // -A
                mstore(_pPairing, calldataload(pA))
                mstore(add(_pPairing, 32), mod(sub(q, calldataload(add(pA, 32))), q))

                // B
                mstore(add(_pPairing, 64), calldataload(pB))
                mstore(add(_pPairing, 96), calldataload(add(pB, 32)))
                mstore(add(_pPairing, 128), calldataload(add(pB, 64)))
                mstore(add(_pPairing, 160), calldataload(add(pB, 96)))

                // alpha1
                mstore(add(_pPairing, 192), alphax)
                mstore(add(_pPairing, 224), alphay)

                // beta2
                mstore(add(_pPairing, 256), betax1)
                mstore(add(_pPairing, 288), betax2)
                mstore(add(_pPairing, 320), betay1)
                mstore(add(_pPairing, 352), betay2)

                // vk_x
                mstore(add(_pPairing, 384), mload(add(pMem, pVk)))
                mstore(add(_pPairing, 416), mload(add(pMem, add(pVk, 32))))


                // gamma2
                mstore(add(_pPairing, 448), gammax1)
                mstore(add(_pPairing, 480), gammax2)
                mstore(add(_pPairing, 512), gammay1)
                mstore(add(_pPairing, 544), gammay2)

                // C
                mstore(add(_pPairing, 576), calldataload(pC))
                mstore(add(_pPairing, 608), calldataload(add(pC, 32)))

                // delta2
                mstore(add(_pPairing, 640), deltax1)
                mstore(add(_pPairing, 672), deltax2)
                mstore(add(_pPairing, 704), deltay1)
                mstore(add(_pPairing, 736), deltay2)


                let success := staticcall(sub(gas(), 2000), 8, _pPairing, 768, _pPairing, 0x20)

                isOk := and(success, mload(_pPairing))
            }

            let pMem := mload(0x40)
            mstore(0x40, add(pMem, pLastMem))

            // Validate that all evaluations ∈ F
            
            checkField(calldataload(add(_pubSignals, 0)))
            
            checkField(calldataload(add(_pubSignals, 32)))
            
            checkField(calldataload(add(_pubSignals, 64)))
            
            checkField(calldataload(add(_pubSignals, 96)))
            

            // Validate all evaluations
            let isValid := checkPairing(_pA, _pB, _pC, _pubSignals, pMem)

            mstore(0, isValid)
             return(0, 0x20)
         }
     }
 }
