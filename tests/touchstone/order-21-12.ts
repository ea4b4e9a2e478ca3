[Version] 2.0
# GHz S RI R 50
[Number of Ports] 2
[Two-Port Data Order] 21_12
[Number of Frequencies] 2
[Network Data]
1.0   -0.625   -0.65625   -0.09375   -0.25   -0.28125   0.25   0.25   0.65625
2.5   0.53125   0.0625   -0.21875   0.46875   -0.40625   -0.375   0.125   0.03125
[End]
anything
