#include "textflag.h"

DATA one<>+0(SB)/8, $1
GLOBL one<>(SB), RODATA, $8

// caught is called by the kernel, as a function of C: it changes no register that
// such a function must keep.
TEXT caught<>(SB), NOSPLIT|NOFRAME, $0
	MOVW ·childEvent(SB), R0
	MOVD $one<>(SB), R1
	MOVD $8, R2
	MOVD $64, R8 // write
	SVC
	RET

// func childHandler() (handler, restorer uintptr)
TEXT ·childHandler(SB), NOSPLIT, $0-16
	MOVD $caught<>(SB), R0
	MOVD R0, handler+0(FP)
	MOVD ZR, restorer+8(FP) // the kernel has its own
	RET
