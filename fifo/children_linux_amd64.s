#include "textflag.h"

DATA one<>+0(SB)/8, $1
GLOBL one<>(SB), RODATA, $8

// caught is called by the kernel, as a function of C: it changes no register that
// such a function must keep.
TEXT caught<>(SB), NOSPLIT|NOFRAME, $0
	MOVL ·childEvent(SB), DI
	LEAQ one<>(SB), SI
	MOVL $8, DX
	MOVL $1, AX // write
	SYSCALL
	RET

TEXT restore<>(SB), NOSPLIT|NOFRAME, $0
	MOVL $15, AX // rt_sigreturn
	SYSCALL
	INT $3

// func childHandler() (handler, restorer uintptr)
TEXT ·childHandler(SB), NOSPLIT, $0-16
	LEAQ caught<>(SB), AX
	MOVQ AX, handler+0(FP)
	LEAQ restore<>(SB), AX
	MOVQ AX, restorer+8(FP)
	RET
