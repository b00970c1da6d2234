package app

// StandardKinSteps is said where the organisation sets no words of its own.
const StandardKinSteps = "Change your next of kin in the HR system too (SAP, under your own personal details): that is for you to do, and what you change here does not reach it. " +
	"If you work through an agency, tell the agency as well. If you cannot get into the HR system, ask your manager."
