package plan_test

import (
	"slices"
	"testing"

	"github.com/allclear-safety/allclear/internal/plan"
)

func TestAPlanMayAskForARiskAssessmentOfKindsOfVisit(t *testing.T) {
	for given, wrong := range map[string]bool{
		`{"risk_for":[]}`: false, `{"risk_for":["home_visit","family_time"]}`: false, `{"risk_for":null}`: false,
		`{"risk_for":["home_visit","home_visit"]}`: true, `{"risk_for":["picnic"]}`: true, `{"risk_for":"home_visit"}`: true,
	} {
		s, problems := plan.Parse([]byte(given), agreed())
		if problems = append(problems, s.Problems(false)...); (len(problems) > 0) != wrong {
			t.Errorf("%s has problems %v", given, problems)
		}
		if wrong && !slices.Contains(fields(problems), "plan.risk_for") {
			t.Errorf("%s has problems %v, none of which says where", given, problems)
		}
	}
}
