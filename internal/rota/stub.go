package rota
import "time"
type Cover struct { Chain []string; Managers []string; Colleagues []string; Until time.Time; Gap bool }
